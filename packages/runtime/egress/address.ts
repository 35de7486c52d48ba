/**
 * Owns which addresses and ports the network guard refuses, and under which rule name.
 * Pure; does not resolve names, know the allow list or open connections.
 */
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** ipaddr.js range names as the rules people read in messages. */
const RULES: Record<string, string> = {
  unspecified: 'unspecified',
  broadcast: 'broadcast',
  multicast: 'multicast',
  linkLocal: 'link-local',
  loopback: 'loopback',
  carrierGradeNat: 'carrier-grade-nat',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  rfc6052: 'nat64',
  rfc6145: 'nat64',
  '6to4': '6to4',
  teredo: 'teredo',
};

/** Addresses that serve credentials to whoever asks from inside a cloud machine. */
const METADATA = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
]);

/** Names of metadata services; refused before they are resolved. */
const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data']);

/** Ports of services that are harmed by a request line (the browsers' list, the ones in use). */
const REFUSED_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060,
  5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211, 27017,
]);

/** The address with IPv4-mapped IPv6 unwrapped; null when it is not an address (or has a zone). */
export function parseAddress(text: string): Address | null {
  if (text.includes('%') || !ipaddr.isValid(text)) return null;
  // Short IPv4 spellings are the URL parser's business; what arrives here is canonical.
  if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return ipaddr.process(text);
}

/** The rule that refuses this address, or null when it is a public one. */
export function refusedAddress(text: string): string | null {
  const address = parseAddress(text);
  if (address === null) return 'not-an-address';
  if (METADATA.has(address.toString())) return 'metadata';
  const range = address.range();
  if (range !== 'unicast') return RULES[range] ?? 'reserved';
  if (address.kind() === 'ipv4') return null;
  const parts = (address as InstanceType<typeof ipaddr.IPv6>).parts;
  // ::/96 holds an IPv4 address that some stacks dial; ipaddr.js calls it unicast.
  if (parts.slice(0, 6).every((part) => part === 0)) return 'ipv4-compatible';
  // Only 2000::/3 is given out.
  return ((parts[0] ?? 0) & 0xe000) === 0x2000 ? null : 'reserved';
}

export function refusedName(host: string): string | null {
  return METADATA_NAMES.has(host) ? 'metadata' : null;
}

export function refusedPort(port: number): string | null {
  return REFUSED_PORTS.has(port) ? 'port' : null;
}
