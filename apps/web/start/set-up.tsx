/** Owns making the owner of a new installation. */
export function SetUp({ token }: { token: string }) {
  return <main>{token}</main>;
}
