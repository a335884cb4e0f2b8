// Errors that the pages put into words: keys of the message catalogues.

/** Why a pattern cannot be used. */
export type PatternError = "empty" | "long" | "syntax" | "unsupported" | "large";

/** Why a server's address cannot be used. */
export type AddressError = "invalid" | "insecure" | "denied" | "unreachable" | "notOnair" | "full";

/** Why a file cannot be imported. */
export type ImportError = "large" | "syntax" | "notOnair" | "newer";
