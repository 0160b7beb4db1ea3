/**
 * Lets the provider do all but write into a spec what AWS chose: of what is left out it would keep the value of the first day,
 * and change it back when AWS or another resource changes it.
 */
export const asWritten = ['Observe', 'Create', 'Update', 'Delete'] as const;
