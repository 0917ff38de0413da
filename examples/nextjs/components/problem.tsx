/** What has gone wrong; nothing where nothing has. */
export function Problem({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <p className="problem" role="alert" data-testid="problem">
      {text}
    </p>
  );
}
