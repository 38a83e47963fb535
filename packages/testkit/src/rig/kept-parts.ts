interface Part {
  destroy(): Promise<void>;
}

/**
 * Makes something of several parts: where a later one fails, what was made before it is taken down again, the last first.
 * @param make calls `keep` with each part that it has made
 */
export async function madeOfParts<T>(
  make: (keep: <P extends Part>(part: P) => P) => Promise<T>,
): Promise<T & Part> {
  const made: Part[] = [];
  const destroy = async () => {
    for (const part of made.splice(0).reverse()) await part.destroy();
  };
  const keep = <P extends Part>(part: P): P => {
    made.push(part);
    return part;
  };
  try {
    return { ...(await make(keep)), destroy };
  } catch (error) {
    await destroy();
    throw error;
  }
}
