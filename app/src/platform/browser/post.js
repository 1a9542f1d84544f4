// Posts JSON and answers [status, text, whether that is an error of the server's own]. It is given up after so much silence, in ms, and not
// for taking long as a whole: what arrives slowly arrives.
export async function post(path, body, silence) {
  const call = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => call.abort(), silence);
  };
  heard();
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const response = await fetch(path, { method: "POST", headers, body, signal: call.signal });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    let text = "";
    for (;;) {
      heard();
      const { done, value } = await reader.read();
      if (done) return [response.status, text + decoder.decode(), response.headers.has("serverfnerror")];
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
}
