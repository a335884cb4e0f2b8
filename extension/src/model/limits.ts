// Bounds on what may be chosen.

/** Bounds on lists: each entry is compared with each of them at every update, and all of them are written at each change. */
export const maxFavourites = 1000;
export const maxGroups = 50;
export const maxHidden = 500;
export const maxColumns = 40;
/** A person on more channels than this is a mistake in the facts. */
export const maxKeys = 40;
/** A pattern longer than this is not typed by hand. */
export const maxPattern = 100;
