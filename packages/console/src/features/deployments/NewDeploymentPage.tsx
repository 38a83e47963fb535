export function NewDeploymentPage() {
  return <p>later</p>;
}
