/* One drone's picture from wherever it is to be had: HLS, any other stream that browsers play, and WebRTC by WHEP
   (draft-ietf-wish-whep): the offer goes up by POST, the answer comes back. */
import { playHls } from './hls';
import { asked, type Feed, playSource } from './video-feed';

/** Addresses that end so speak WHEP, as MediaMTX and others name them. */
const WHEP = /\/whep\/?$/;
const HLS = /\.m3u8$/;
/** So long candidates for the way are gathered before the offer goes out. */
const GATHER_MS = 1500;

/** Fills `video` from `url`. Rejects, in words for a person, where there is no live picture to be had. */
export async function play(video: HTMLVideoElement, url: string, ended: AbortSignal): Promise<Feed> {
  const { pathname } = new URL(url, location.href);
  if (WHEP.test(pathname)) return playWhep(video, url, ended);
  return HLS.test(pathname) ? playHls(video, url, ended) : playSource(video, url);
}

async function playWhep(video: HTMLVideoElement, url: string, ended: AbortSignal): Promise<Feed> {
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
    const offer = { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: peer.localDescription?.sdp ?? '' };
    const { answer, text } = await asked(url, offer, ended);
    const made = answer.headers.get('Location');
    session = made === null ? null : new URL(made, answer.url).href;
    await peer.setRemoteDescription({ type: 'answer', sdp: text });
    void video.play().catch(() => undefined); // it plays when the first picture comes, or none does
  } catch (error) {
    stop();
    throw error;
  }
  return { stop, over: () => (peer.connectionState === 'failed' ? 'the way to the video server is broken' : null) };
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
