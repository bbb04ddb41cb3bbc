/* Small pictures, thousands of them, drawn in one call: quads cut from one texture. All lengths are device pixels. */

/** Where a small picture lies in the texture, and how large it is. */
export interface Sprite {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws about the middle of the sprite. */
export type Paint = (pen: CanvasRenderingContext2D) => void;

const SIDE = 2048;
/** Between two sprites, so that neither shows at the other's edge. */
const GAP = 1;
/** x, y, u, v, opacity. */
const FLOATS = 5;
const POLL_MS = 4;

const VERTEX = `#version 300 es
uniform vec2 screen;
layout(location = 0) in vec2 at;
layout(location = 1) in vec3 look;
out vec3 seen;
void main() {
  gl_Position = vec4(at / screen * vec2(2, -2) + vec2(-1, 1), 0, 1);
  seen = vec3(look.xy / ${SIDE}.0, look.z);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D sheet;
in vec3 seen;
out vec4 colour;
void main() {
  colour = textureLod(sheet, seen.xy, 0.0) * seen.z;
}`;

export class Sprites {
  private readonly gl: WebGL2RenderingContext;
  private readonly pen: OffscreenCanvasRenderingContext2D;
  private readonly kept = new Map<string, Sprite>();
  private shelf = { x: 0, y: 0, height: 0 };
  private full = false;
  private corners = new Float32Array(1024 * 4 * FLOATS);
  private count = 0;
  /** How many of them are not laid at whole pixels. */
  private turned = 0;
  /** How many quads the indices on the graphics card are for. */
  private indexed = 0;
  private screen: WebGLUniformLocation | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', { antialias: false, depth: false, stencil: false });
    const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!gl || !pen) throw new Error('This browser draws no WebGL 2.');
    this.gl = gl;
    this.pen = pen;
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => this.prepare());
    this.prepare();
  }

  /** Forgets all sprites, e.g. because colours have changed. */
  clear(): void {
    this.kept.clear();
    this.shelf = { x: 0, y: 0, height: 0 };
    this.full = false;
  }

  /** A new picture is made by `add` and shown at once; made again where the texture has become full meanwhile. */
  show(add: () => void): void {
    this.begin();
    add();
    if (this.full) {
      this.clear();
      this.begin();
      add();
    }
    this.draw();
  }

  /** The sprite of this name, painted when it is wanted for the first time. */
  sprite(name: string, width: number, height: number, paint: Paint): Sprite {
    const known = this.kept.get(name);
    if (known) return known;
    const sprite = this.place(Math.ceil(width), Math.ceil(height));
    this.kept.set(name, sprite);
    const { canvas } = this.pen;
    Object.assign(canvas, { width: sprite.width, height: sprite.height });
    this.pen.translate(sprite.width / 2, sprite.height / 2);
    paint(this.pen as unknown as CanvasRenderingContext2D);
    const image = this.pen.getImageData(0, 0, sprite.width, sprite.height);
    this.gl.texSubImage2D(this.gl.TEXTURE_2D, 0, sprite.x, sprite.y, this.gl.RGBA, this.gl.UNSIGNED_BYTE, image);
    return sprite;
  }

  /** With its middle at x, y, turned clockwise, and `size` times as large as it was painted. */
  stamp({ x: u, y: v, width, height }: Sprite, x: number, y: number, turn_deg: number, size: number): void {
    const turn = (turn_deg * Math.PI) / 180;
    const [cos, sin] = turn === 0 ? [1, 0] : [Math.cos(turn), Math.sin(turn)];
    const [w, h] = [(width / 2) * size, (height / 2) * size];
    this.quad(x, y, cos * w, sin * w, -sin * h, cos * h, [u, v, u + width, v + height], 1);
    this.turned = this.count;
  }

  /** Not turned, with its corner at whole pixels: above all that are, and not smoothed. */
  lay({ x: u, y: v, width, height }: Sprite, left: number, top: number): void {
    this.quad(left + width / 2, top + height / 2, width / 2, 0, 0, height / 2, [u, v, u + width, v + height], 1);
  }

  /** A line whose profile is the sprite's middle column. */
  stretch({ x: u, y: v, width, height }: Sprite, from: readonly [number, number], to: readonly [number, number], opacity: number): void {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = Math.hypot(dx, dy) || 1;
    const across = height / 2 / length;
    const middle = u + width / 2;
    this.quad((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, dx / 2, dy / 2, -dy * across, dx * across, [middle, v, middle, v + height], opacity);
    this.turned = this.count;
  }

  /** Resolves when the graphics card, or what stands in for it, has drawn all that it was given. */
  through(): Promise<void> {
    const { gl } = this;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return new Promise((resolve) => {
      const look = (): void => {
        if (fence && !gl.isContextLost() && gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) return void setTimeout(look, POLL_MS);
        gl.deleteSync(fence);
        resolve();
      };
      setTimeout(look, POLL_MS);
    });
  }

  /** (ax, ay) from the middle to the right edge, (bx, by) to the lower one; `cut` from the texture. */
  private quad(x: number, y: number, ax: number, ay: number, bx: number, by: number, [u0, v0, u1, v1]: readonly [number, number, number, number], opacity: number): void {
    let at = this.count * 4 * FLOATS;
    if (at + 4 * FLOATS > this.corners.length) {
      const larger = new Float32Array(this.corners.length * 2);
      larger.set(this.corners);
      this.corners = larger;
    }
    const put = (px: number, py: number, u: number, v: number): void => {
      this.corners[at] = px;
      this.corners[at + 1] = py;
      this.corners[at + 2] = u;
      this.corners[at + 3] = v;
      this.corners[at + 4] = opacity;
      at += FLOATS;
    };
    put(x - ax - bx, y - ay - by, u0, v0);
    put(x + ax - bx, y + ay - by, u1, v0);
    put(x - ax + bx, y - ay + by, u0, v1);
    put(x + ax + bx, y + ay + by, u1, v1);
    this.count += 1;
  }

  private begin(): void {
    this.count = 0;
    this.turned = 0;
  }

  private place(width: number, height: number): Sprite {
    let { x, y, height: shelf } = this.shelf;
    if (x + width > SIDE) [x, y, shelf] = [0, y + shelf + GAP, 0];
    if (y + height > SIDE) {
      this.full = true;
      [x, y, shelf] = [0, 0, 0];
    }
    this.shelf = { x: x + width + GAP, y, height: Math.max(shelf, height) };
    return { x, y, width, height };
  }

  private draw(): void {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.uniform2f(this.screen, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.bufferData(gl.ARRAY_BUFFER, this.corners.subarray(0, this.count * 4 * FLOATS), gl.STREAM_DRAW);
    if (this.count > this.indexed) {
      this.indexed = this.count * 2;
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices(this.indexed), gl.STATIC_DRAW);
    }
    this.run(gl.LINEAR, 0, this.turned);
    this.run(gl.NEAREST, this.turned, this.count);
  }

  /** A processor that plays the graphics card needs half as long where it has nothing to smooth. */
  private run(filter: GLint, from: number, to: number): void {
    const { gl } = this;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    gl.drawElements(gl.TRIANGLES, (to - from) * 6, gl.UNSIGNED_INT, from * 6 * Uint32Array.BYTES_PER_ELEMENT);
  }

  /** Also after the graphics card was lost. */
  private prepare(): void {
    const { gl } = this;
    this.clear();
    this.indexed = 0;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
      const shader = gl.createShader(kind) as WebGLShader;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.screen = gl.getUniformLocation(program, 'screen');
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, SIDE, SIDE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    const stride = FLOATS * Float32Array.BYTES_PER_ELEMENT;
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, stride, 0);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 3, gl.FLOAT, false, stride, 2 * Float32Array.BYTES_PER_ELEMENT);
  }
}

/** Two triangles for each quad. */
function indices(quads: number): Uint32Array {
  const all = new Uint32Array(quads * 6);
  for (let quad = 0; quad < quads; quad += 1) all.set([0, 1, 2, 2, 1, 3].map((corner) => quad * 4 + corner), quad * 6);
  return all;
}
