// How a program in TypeScript uses the types that are generated: the test puts real answers in.
import type { components, operations } from "./schema";

type Answer = operations["createCounterfactuals"]["responses"][200]["content"]["application/json"];
type Page = operations["listPatientInterventions"]["responses"][200]["content"]["application/json"];
type Problem = operations["createPrediction"]["responses"][422]["content"]["application/problem+json"];
type Table = operations["uploadAugmentationTable"]["requestBody"]["content"];
type Feedback = components["schemas"]["FeedbackIn"];

export const ANSWER: Answer = {} as never;
export const PAGE: Page = {} as never;
export const PROBLEM: Problem = {} as never;

export const table: Table["text/csv"] = "age,sex\n54,male\n";
export const said: Feedback = { counterfactual_id: ANSWER.counterfactuals[0].id, verdict: "accepted" };
export const pointers = PROBLEM.errors?.map((one) => ("pointer" in one ? one.pointer : `${one.in} ${one.parameter}`));

// @ts-expect-error: a verdict is of a closed list
export const unknown: Feedback = { counterfactual_id: "", verdict: "loved" };
// @ts-expect-error: a risk is a number
export const words: string = ANSWER.prediction.risk;
