export function EditPackagePage() {
  return <p>later</p>;
}
