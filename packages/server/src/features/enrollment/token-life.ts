/** Long enough that a fleet of 150,000 asks for 80 tokens a second, short enough to be lost. */
export const tokenLifeMs = 30 * 60_000;
