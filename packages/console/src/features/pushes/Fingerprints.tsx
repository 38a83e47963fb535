/** As the machine's own ssh-keygen shows them, one under the other. */
export function Fingerprints({ fingerprints }: { readonly fingerprints: readonly string[] }) {
  return (
    <ul className="tk-list-plain">
      {fingerprints.map((one) => (
        <li key={one} className="tk-mono" style={{ overflowWrap: 'anywhere' }}>
          {one}
        </li>
      ))}
    </ul>
  );
}
