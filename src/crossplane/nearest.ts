/** The one of `known` that somebody who wrote `name` may have meant; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map(candidate => {
    const letters = Math.min(name.length, candidate.length);
    return { candidate, letters, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) };
  });
  return distances
    .filter(({ distance, letters }) => distance < letters && distance <= Math.max(1, Math.floor(letters / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Levenshtein: the fewest letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const swap = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
