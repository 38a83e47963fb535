export function UsersPage() {
  return <p>later</p>;
}
