/** The verbs `start` and `collector`. */
export const verb = async (): Promise<number> => 0;
