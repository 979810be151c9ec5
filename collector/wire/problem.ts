/** RFC 9457 problem documents: the body of every answer that is not a success. */
import * as z from "zod";

export const Problem = z
  .object({
    /** `about:blank#code`: stable, what a program tests. */
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().optional(),
    code: z.string(),
    hint: z.string().optional(),
    /** One entry per problem of the input. */
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
