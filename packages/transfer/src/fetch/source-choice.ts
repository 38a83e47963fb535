/** Where content is published: a folder of a web server that holds `objects/` and `manifests/`. */
export interface ContentSource {
  /** Such as `https://dp1.example/content`; with or without a slash at the end. */
  readonly baseUrl: string;
  /**
   * Sent as `Authorization: Bearer …`, over https only, and to this source only. A function is asked for each request,
   * and told which token the source has refused last (401): that one is of no more use.
   */
  readonly bearerToken?: string | ((refused?: string) => string | Promise<string>);
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | readonly string[];
}

export interface SourceChoice {
  /** The best source that is neither excluded nor resting; or how long until one has rested; or none is left. */
  next(isExcluded: (source: ContentSource) => boolean): ContentSource | { waitMs: number } | undefined;
  /** It did not answer, or not wholly: it rests, each time longer, and others are asked meanwhile. */
  failed(source: ContentSource): void;
  worked(source: ContentSource): void;
  /** It will not serve us at all. */
  exclude(source: ContentSource): void;
}

export interface SourceChoiceOptions {
  /** In order of preference. */
  readonly sources: readonly ContentSource[];
  readonly now: () => number;
  readonly random: () => number;
  readonly firstRestMs: number;
  readonly longestRestMs: number;
}

/** Decides which source is asked next (DIST-34): the first in order that works; pure but for the injected clock and dice. */
export function createSourceChoice(options: SourceChoiceOptions): SourceChoice {
  const { sources, now, random } = options;
  const states = new Map(sources.map((source) => [source, { failures: 0, restsUntil: 0, isOut: false }]));
  const stateOf = (source: ContentSource) =>
    states.get(source) ?? { failures: 0, restsUntil: 0, isOut: true };
  return {
    next(isExcluded) {
      const left = sources.filter((source) => !stateOf(source).isOut && !isExcluded(source));
      const ready = left.find((source) => stateOf(source).restsUntil <= now());
      if (ready || left.length === 0) return ready;
      return { waitMs: Math.min(...left.map((source) => stateOf(source).restsUntil)) - now() };
    },
    failed(source) {
      const state = stateOf(source);
      // Connections of one source break together; that is one failure, not as many as there were connections.
      if (state.restsUntil > now()) return;
      const restMs = Math.min(options.longestRestMs, options.firstRestMs * 2 ** state.failures);
      state.failures++;
      state.restsUntil = now() + restMs * (0.5 + random() / 2);
    },
    worked(source) {
      stateOf(source).failures = 0;
    },
    exclude(source) {
      stateOf(source).isOut = true;
    },
  };
}
