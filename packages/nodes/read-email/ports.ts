/** Owns the usual ports of IMAP. */
export const IMAP_PORTS = { tls: 993, starttls: 143, none: 143 } as const;
