import { CopyText } from './CopyText.tsx';

interface Props {
  readonly label: string;
  readonly secret: string;
}

/** A secret that is shown this once, to be copied. */
export function SecretOnce({ label, secret }: Props) {
  return (
    <div className="tk-stack" style={{ gap: 6 }}>
      <span>{label}</span>
      <code className="tk-log" data-secret>
        {secret}
      </code>
      <div>
        <CopyText value={secret} />
      </div>
    </div>
  );
}
