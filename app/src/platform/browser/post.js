// Slowest upload that a call waits for, in bytes per ms. What is sent counts as silence, since nothing
// tells how much of it has left the device.
const MIN_UPLOAD_BYTES_PER_MS = 16;

// Longest pause that an answer can ask for, in ms.
const MAX_PAUSE = 60_000;

let resumesAt = 0;

// Returns how long the server still wants to be left alone, in ms.
export const pause = () => Math.max(0, resumesAt - performance.now());

// The pause that a `Retry-After` asks for, which is in seconds or a date.
function asked(header) {
  const ms = header > 0 ? header * 1000 : Date.parse(header) - Date.now();
  return Math.min(ms || 0, MAX_PAUSE);
}

// Posts JSON and answers [status, text, whether that is an error of the server's own]. Gives up after
// `silence`, in ms, but not for taking long as a whole: what arrives slowly arrives.
export async function post(path, body, silence) {
  const call = new AbortController();
  let timer;
  const heard = (upload = 0) => {
    clearTimeout(timer);
    timer = setTimeout(() => call.abort(), silence + upload);
  };
  heard(body.length / MIN_UPLOAD_BYTES_PER_MS);
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const response = await fetch(path, { method: "POST", headers, body, signal: call.signal });
    const { status } = response;
    if (status === 429 || status === 503) resumesAt = performance.now() + asked(response.headers.get("retry-after"));
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    let text = "";
    for (;;) {
      heard();
      const { done, value } = await reader.read();
      if (done) return [status, text + decoder.decode(), response.headers.has("serverfnerror")];
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
}
