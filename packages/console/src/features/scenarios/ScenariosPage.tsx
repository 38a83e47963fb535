export function ScenariosPage() {
  return <p>later</p>;
}
