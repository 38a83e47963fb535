export function ScenarioPage() {
  return <p>later</p>;
}
