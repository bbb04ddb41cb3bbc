/* Small pictures, thousands of them, drawn in one call: triangles cut from one texture. All lengths are device pixels. */

/** Corners of triangles about a middle: outside of them nothing is painted, and no pixel is paid for. */
export type Hull = readonly (readonly [x: number, y: number])[];

/** Where a small picture lies in the texture, and how large it is. */
export interface Sprite {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly hull: Hull;
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
  private corners = new Float32Array(4096 * FLOATS);
  private count = 0;
  /** How many of them are not at whole pixels. */
  private smoothed = 0;
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
  sprite(name: string, hull: () => Hull, paint: Paint): Sprite {
    const known = this.kept.get(name);
    if (known) return known;
    const sprite = this.place(hull());
    this.kept.set(name, sprite);
    const { canvas } = this.pen;
    Object.assign(canvas, { width: sprite.width, height: sprite.height });
    this.pen.translate(sprite.width / 2, sprite.height / 2);
    paint(this.pen as unknown as CanvasRenderingContext2D);
    const image = this.pen.getImageData(0, 0, sprite.width, sprite.height);
    this.gl.texSubImage2D(this.gl.TEXTURE_2D, 0, sprite.x, sprite.y, this.gl.RGBA, this.gl.UNSIGNED_BYTE, image);
    return sprite;
  }

  /** As it was painted, with its corner at whole pixels: above all lines, and not smoothed. */
  put({ x, y, width, height, hull }: Sprite, left: number, top: number): void {
    for (const [fromX, fromY] of hull) {
      const [right, down] = [fromX + width / 2, fromY + height / 2];
      this.corner(left + right, top + down, x + right, y + down, 1);
    }
  }

  /** A line whose profile is the sprite's middle column. */
  stretch({ x: u, y: v, width, height }: Sprite, [fromX, fromY]: readonly [number, number], [toX, toY]: readonly [number, number], opacity: number): void {
    const [dx, dy] = [toX - fromX, toY - fromY];
    const across = height / 2 / (Math.hypot(dx, dy) || 1);
    const [sideX, sideY] = [-dy * across, dx * across];
    const middle = u + width / 2;
    for (const [end, side] of QUAD) {
      this.corner(fromX + end * dx + side * sideX, fromY + end * dy + side * sideY, middle, v + ((1 + side) / 2) * height, opacity);
    }
    this.smoothed = this.count;
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

  /** At (x, y), and of the texture at (u, v). */
  private corner(x: number, y: number, u: number, v: number, opacity: number): void {
    const at = this.count * FLOATS;
    if (at + FLOATS > this.corners.length) {
      const larger = new Float32Array(this.corners.length * 2);
      larger.set(this.corners);
      this.corners = larger;
    }
    const { corners } = this;
    corners[at] = x;
    corners[at + 1] = y;
    corners[at + 2] = u;
    corners[at + 3] = v;
    corners[at + 4] = opacity;
    this.count += 1;
  }

  private begin(): void {
    this.count = 0;
    this.smoothed = 0;
  }

  private place(hull: Hull): Sprite {
    const [width, height] = ([0, 1] as const).map((axis) => Math.ceil(2 * Math.max(...hull.map((corner) => Math.abs(corner[axis]))))) as [number, number];
    let { x, y, height: shelf } = this.shelf;
    if (x + width > SIDE) [x, y, shelf] = [0, y + shelf + GAP, 0];
    if (y + height > SIDE) {
      this.full = true;
      [x, y, shelf] = [0, 0, 0];
    }
    this.shelf = { x: x + width + GAP, y, height: Math.max(shelf, height) };
    return { x, y, width, height, hull };
  }

  private draw(): void {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.uniform2f(this.screen, canvas.width, canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.bufferData(gl.ARRAY_BUFFER, this.corners.subarray(0, this.count * FLOATS), gl.STREAM_DRAW);
    this.run(gl.LINEAR, 0, this.smoothed);
    this.run(gl.NEAREST, this.smoothed, this.count);
  }

  /** A processor that plays the graphics card needs half as long where it has nothing to smooth. */
  private run(filter: GLint, from: number, to: number): void {
    const { gl } = this;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    gl.drawArrays(gl.TRIANGLES, from, to - from);
  }

  /** Also after the graphics card was lost. */
  private prepare(): void {
    const { gl } = this;
    this.clear();
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
    const stride = FLOATS * Float32Array.BYTES_PER_ELEMENT;
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, stride, 0);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 3, gl.FLOAT, false, stride, 2 * Float32Array.BYTES_PER_ELEMENT);
  }
}

/** Two triangles, as far along a line and as far to its sides. */
const QUAD = [[0, -1], [1, -1], [0, 1], [0, 1], [1, -1], [1, 1]] as const;

/** All of a rectangle. */
export function whole(width: number, height: number): Hull {
  return QUAD.map(([end, side]) => [(end - 0.5) * width, (side * height) / 2]);
}
