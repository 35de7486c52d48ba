/**
 * Owns the page's nonce for styles: the policy takes no other inline style, and some parts add style elements while
 * they run. Radix asks for it by a global name; CodeMirror takes `EditorView.cspNonce.of(nonce())`.
 */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

export function shareNonce(): void {
  (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce();
}
