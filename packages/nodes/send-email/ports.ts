/** Owns the usual ports of SMTP. */
export const SMTP_PORTS = { tls: 465, starttls: 587, none: 25 } as const;
