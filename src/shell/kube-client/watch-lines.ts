/** A watch event is one object; none that the API server stores comes near this. A longer line is not a watch. */
const longestLineCharacters = 16 * 1024 * 1024;

/**
 * The lines of a byte stream, without their ends, as they become complete. Chunks may break anywhere,
 * also inside a character. Empty lines are left out; what follows the last line end is a line too.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', from)) {
      const line = rest.slice(from, end).trim();
      from = end + 1;
      if (line !== '') yield line;
    }
    rest = rest.slice(from);
    if (rest.length > longestLineCharacters) throw new RangeError('A line of the watch stream has no end.');
  }
  rest = (rest + decoder.decode()).trim();
  if (rest !== '') yield rest;
}
