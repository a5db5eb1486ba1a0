/** What went wrong and what to do about it. */
import type { Problem } from "@ionia/common";

export function ProblemText({ problem }: { readonly problem: Problem }) {
  return (
    <p role="alert" className="max-w-prose text-[13px] text-rec-ink select-text">
      <strong className="font-semibold">{problem.message}</strong>
      {problem.hint !== "" && <span className="block">{problem.hint}</span>}
    </p>
  );
}
