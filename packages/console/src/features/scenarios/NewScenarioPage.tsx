export function NewScenarioPage() {
  return <p>later</p>;
}
