/* One drone's picture from wherever it is to be had: HLS and files by the browser's own player, WebRTC by WHEP
   (draft-ietf-wish-whep): the offer goes up by POST, the answer comes back. */

export interface Feed {
  /** Ends it, on both sides. */
  readonly stop: () => void;
}

/** Addresses that end so speak WHEP, as MediaMTX and others name them. */
const WHEP = /\/whep\/?$/;
/** So long candidates for the way are gathered before the offer goes out. */
const GATHER_MS = 1500;

/** Fills `video` from `url`. Rejects where the other side refuses or cannot be reached. */
export async function play(video: HTMLVideoElement, url: string): Promise<Feed> {
  return WHEP.test(new URL(url, location.href).pathname) ? playWhep(video, url) : playFile(video, url);
}

async function playFile(video: HTMLVideoElement, url: string): Promise<Feed> {
  video.src = url;
  await video.play();
  return {
    stop: () => {
      video.removeAttribute('src');
      video.load();
    },
  };
}

async function playWhep(video: HTMLVideoElement, url: string): Promise<Feed> {
  const peer = new RTCPeerConnection();
  let session: string | null = null;
  const stop = (): void => {
    peer.close();
    video.srcObject = null;
    if (session !== null) void fetch(session, { method: 'DELETE' }).catch(() => undefined); // the other side's own time limit ends it then
  };
  try {
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addEventListener('track', ({ streams: [stream], track }) => (video.srcObject = stream ?? new MediaStream([track])));
    await peer.setLocalDescription();
    await gathered(peer);
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: peer.localDescription?.sdp ?? '' });
    if (!answer.ok) throw new Error(`the video server answered ${answer.status}`);
    const made = answer.headers.get('Location');
    session = made === null ? null : new URL(made, answer.url).href;
    await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    await video.play();
  } catch (error) {
    stop();
    throw error;
  }
  return { stop };
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === 'complete') return resolve();
    const timer = setTimeout(resolve, GATHER_MS);
    peer.addEventListener('icegatheringstatechange', () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}
