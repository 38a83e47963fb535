export function SettingsPage() {
  return <p>later</p>;
}
