export async function setup(_: readonly string[]) {}
