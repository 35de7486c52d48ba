/** Owns signing in. */
export function SignIn() {
  return <main />;
}
