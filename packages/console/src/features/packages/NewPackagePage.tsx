export function NewPackagePage() {
  return <p>later</p>;
}
