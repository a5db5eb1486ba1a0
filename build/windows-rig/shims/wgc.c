/* rig_wgc.dll: Windows.Graphics.Capture for Wine, which has none of it (test rig only).
 *
 * The in-process server of the activatable classes GraphicsCaptureItem, GraphicsCaptureSession,
 * Direct3D11CaptureFramePool and (because Wine's answers E_NOTIMPL) Windows.Foundation.Metadata.ApiInformation, and
 * the two functions of d3d11.dll that Wine's lacks.  Pictures come by BitBlt from the screen or the window's DC.
 *
 * What is modelled on purpose, since code under test meets it on Windows:
 *   - a picture only when something changed (and a first one), at most RIG_WGC_HZ (60) a second;
 *   - at most numberOfBuffers pictures out at a time;
 *   - ContentSize follows the window, the surface keeps the pool's size until Recreate;
 *   - no pictures of a window that is minimised; Closed when it goes;
 *   - the pointer is drawn unless IsCursorCaptureEnabled(false).
 *
 * Faults, looked for at each picture: a file C:\windows-rig\wgc.mode with WxH in it is the monitors' size,
 * C:\windows-rig\wgc.still stops all pictures.  RIG_WGC_LOG=FILE appends a line an event.  An override "rig_wgc="
 * in WINEDLLOVERRIDES takes all of it away, as on an older Windows.
 */
#define COBJMACROS
#define INITGUID
#include <windows.h>
#include <d3d11.h>
#include <dxgi1_2.h>
#include <stdio.h>

#define RO_E_CLOSED ((HRESULT)0x80000013)
typedef void *HSTRING_;
typedef struct
{
    INT32 w, h;
} SizeI;
typedef struct
{
    INT64 value;
} Token;
typedef unsigned char boolean_;

#define G(name, l, w1, w2, ...) static const GUID name = { l, w1, w2, { __VA_ARGS__ } }
G(IID_Inspectable, 0xaf86e2e0, 0xb12d, 0x4c6a, 0x9c, 0x5a, 0xd7, 0xaa, 0x65, 0x10, 0x1e, 0x90);
G(IID_Agile, 0x94ea2b94, 0xe9cc, 0x49e0, 0xc0, 0xff, 0xee, 0x64, 0xca, 0x8f, 0x5b, 0x90);
G(IID_ActFactory, 0x00000035, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46);
G(IID_Closable, 0x30d5a829, 0x7fa4, 0x4026, 0x83, 0xbb, 0xd7, 0x5b, 0xae, 0x4e, 0xa9, 0x9e);
G(IID_Session, 0x814e42a9, 0xf70f, 0x4ad7, 0x93, 0x9b, 0xfd, 0xdc, 0xc6, 0xeb, 0x88, 0x0d);
G(IID_Session2, 0x2c39ae40, 0x7d2e, 0x5044, 0x80, 0x4e, 0x8b, 0x67, 0x99, 0xd4, 0xcf, 0x9e);
G(IID_Session3, 0xf2cdd966, 0x22ae, 0x5ea1, 0x95, 0x96, 0x3a, 0x28, 0x93, 0x44, 0xc3, 0xbe);
G(IID_Session4, 0xae99813c, 0xc257, 0x5759, 0x8e, 0xd0, 0x66, 0x8c, 0x9b, 0x55, 0x7e, 0xd4);
G(IID_Session5, 0x67c0ea62, 0x1f85, 0x5061, 0x92, 0x5a, 0x23, 0x9b, 0xe0, 0xac, 0x09, 0xcb);
G(IID_SessionStatics, 0x2224a540, 0x5974, 0x49aa, 0xb2, 0x32, 0x08, 0x82, 0x53, 0x6f, 0x4c, 0xb5);
G(IID_Item, 0x79c3f95b, 0x31f7, 0x4ec2, 0xa4, 0x64, 0x63, 0x2e, 0xf5, 0xd3, 0x07, 0x60);
G(IID_ItemInterop, 0x3628e81b, 0x3cac, 0x4c60, 0xb7, 0xf4, 0x23, 0xce, 0x0e, 0x0c, 0x33, 0x56);
G(IID_Pool, 0x24eb6d22, 0x1975, 0x422e, 0x82, 0xe7, 0x78, 0x0d, 0xbd, 0x8d, 0xdf, 0x24);
G(IID_PoolStatics, 0x7784056a, 0x67aa, 0x4d53, 0xae, 0x54, 0x10, 0x88, 0xd5, 0xa8, 0xca, 0x21);
G(IID_PoolStatics2, 0x589b103f, 0x6bbc, 0x5df5, 0xa9, 0x91, 0x02, 0xe2, 0x8b, 0x3b, 0x66, 0xd5);
G(IID_Frame, 0xfa50c623, 0x38da, 0x4b32, 0xac, 0xf3, 0xfa, 0x97, 0x34, 0xad, 0x80, 0x0e);
G(IID_D3DDevice, 0xa37624ab, 0x8d5f, 0x4650, 0x9d, 0x3e, 0x9e, 0xae, 0x3d, 0x9b, 0xc6, 0x70);
G(IID_D3DSurface, 0x0bf4a146, 0x13c1, 0x4694, 0xbe, 0xe3, 0x7a, 0xbf, 0x15, 0xea, 0xf5, 0x86);
G(IID_DxgiAccess, 0xa9b3d012, 0x3df2, 0x4ee3, 0xb8, 0xd1, 0x86, 0x95, 0xf4, 0x57, 0xd3, 0xc1);
G(IID_ApiInfo, 0x997439fe, 0xf681, 0x4a11, 0xb4, 0x16, 0xc1, 0x3a, 0x47, 0xe8, 0xba, 0x36);

static CRITICAL_SECTION lock;
static void say(const char *fmt, ...)
{
    char path[MAX_PATH], text[400];
    va_list ap;
    FILE *f;
    if (!GetEnvironmentVariableA("RIG_WGC_LOG", path, sizeof(path))) return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if ((f = fopen(path, "ab")))
    {
        fprintf(f, "%lu %s\n", GetTickCount(), text);
        fclose(f);
    }
}
static void *combase(const char *name) { return (void *)GetProcAddress(LoadLibraryW(L"combase.dll"), name); }
static HRESULT hstring(const WCHAR *text, HSTRING_ *out)
{
    HRESULT(WINAPI * create)(const WCHAR *, UINT32, HSTRING_ *) = combase("WindowsCreateString");
    return create(text, lstrlenW(text), out);
}
static const WCHAR *raw(HSTRING_ s)
{
    const WCHAR *(WINAPI * get)(HSTRING_, UINT32 *) = combase("WindowsGetStringRawBuffer");
    return get(s, NULL);
}

/* ---- objects with several interfaces ------------------------------------ */
typedef struct Obj Obj;
typedef struct
{
    const void *const *vtbl;
    Obj *o;
} If;
struct Obj
{
    LONG ref;
    const WCHAR *name;
    int n;
    If ifs[7];
    const GUID *iids[7];
    void (*end)(Obj *);
    /* item */ HWND hwnd;
    HMONITOR monitor;
    IUnknown *closed[8];
    BOOL told;
    /* pool */ ID3D11Device *device;
    INT32 buffers, out;
    SizeI size;
    Obj *queue[16];
    int queued;
    IUnknown *arrived[8];
    BOOL shut;
    /* session */ Obj *pool, *item;
    HANDLE thread;
    volatile LONG stop;
    boolean_ cursor, border;
    INT32 dirty;
    INT64 interval;
    /* frame */ Obj *surface, *owner;
    INT64 time;
    SizeI content;
    BOOL given;
    /* surface, device */ IUnknown *dxgi;
};
#define SELF Obj *o = ((If *)self)->o
static HRESULT WINAPI qi(void *self, REFIID iid, void **out)
{
    SELF;
    *out = NULL;
    for (int i = 0; i < o->n; i++)
        if (IsEqualGUID(iid, o->iids[i])) *out = &o->ifs[i];
    if (!*out &&
            (IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_Inspectable) || IsEqualGUID(iid, &IID_Agile)))
        *out = &o->ifs[0];
    if (!*out)
    {
        say("%ls has no %08lx-%04x", o->name, iid->Data1, iid->Data2);
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&o->ref);
    return S_OK;
}
static ULONG WINAPI addref(void *self)
{
    SELF;
    return InterlockedIncrement(&o->ref);
}
static LONG live[8]; /* by kind, for leak tests: see rig_wgc_live */
static int kind(const Obj *o)
{
    static const WCHAR *const k[] = { L"Item", L"Pool", L"Session", L"Frame", L"Surface", L"Device", L"factory" };
    for (int i = 0; i < 7; i++)
    {
        size_t a = lstrlenW(o->name), b = lstrlenW(k[i]);
        if (a >= b && !lstrcmpW(o->name + a - b, k[i])) return i;
    }
    return 7;
}
LONG WINAPI rig_wgc_live(int i) { return live[i & 7]; }
static ULONG release_obj(Obj *o)
{
    LONG n = InterlockedDecrement(&o->ref);
    if (!n)
    {
        InterlockedDecrement(&live[kind(o)]);
        if (o->end) o->end(o);
        HeapFree(GetProcessHeap(), 0, o);
    }
    return n;
}
static ULONG WINAPI release(void *self)
{
    SELF;
    return release_obj(o);
}
static HRESULT WINAPI iids(void *self, ULONG *n, IID **out)
{
    *n = 0;
    *out = NULL;
    return S_OK;
}
static HRESULT WINAPI class_name(void *self, HSTRING_ *out)
{
    SELF;
    return hstring(o->name, out);
}
static HRESULT WINAPI trust(void *self, INT *level)
{
    *level = 0;
    return S_OK;
}
#define UNKNOWN (void *)qi, (void *)addref, (void *)release
#define INSPECTABLE UNKNOWN, (void *)iids, (void *)class_name, (void *)trust
static Obj *make(const WCHAR *name, void (*end)(Obj *))
{
    Obj *o = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*o));
    o->ref = 1;
    o->name = name;
    o->end = end;
    InterlockedIncrement(&live[kind(o)]);
    return o;
}
static void face(Obj *o, const GUID *iid, const void *const *vtbl)
{
    o->ifs[o->n] = (If){ vtbl, o };
    o->iids[o->n++] = iid;
}
static HRESULT add(IUnknown **list, IUnknown *handler, Token *token)
{
    for (int i = 0; i < 8; i++)
        if (!list[i])
        {
            list[i] = handler;
            IUnknown_AddRef(handler);
            token->value = i + 1;
            return S_OK;
        }
    return E_OUTOFMEMORY;
}
static HRESULT drop(IUnknown **list, Token token)
{
    IUnknown *h = NULL;
    if (token.value >= 1 && token.value <= 8)
    {
        EnterCriticalSection(&lock);
        h = list[token.value - 1];
        list[token.value - 1] = NULL;
        LeaveCriticalSection(&lock);
    }
    if (h) IUnknown_Release(h);
    return S_OK;
}
static void raise(IUnknown **list, void *sender)
{
    for (int i = 0; i < 8; i++)
    {
        IUnknown *h;
        EnterCriticalSection(&lock);
        if ((h = list[i])) IUnknown_AddRef(h);
        LeaveCriticalSection(&lock);
        if (!h) continue;
        ((HRESULT(WINAPI **)(void *, void *, void *)) * (void ***)h)[3](h, sender, NULL);
        IUnknown_Release(h);
    }
}

/* ---- IDirect3DDevice, IDirect3DSurface ---------------------------------- */
static void dxgi_end(Obj *o)
{
    if (o->dxgi) IUnknown_Release(o->dxgi);
}
static HRESULT WINAPI access_get(void *self, REFIID iid, void **out)
{
    SELF;
    return o->dxgi ? IUnknown_QueryInterface(o->dxgi, iid, out) : RO_E_CLOSED;
}
static const void *const access_vtbl[] = { UNKNOWN, (void *)access_get };
static HRESULT WINAPI ok(void *self) { return S_OK; }
static const void *const d3ddevice_vtbl[] = { INSPECTABLE, (void *)ok };
static const void *const nop_close_vtbl[] = { INSPECTABLE, (void *)ok };
static HRESULT WINAPI surface_desc(void *self, INT32 *d)
{
    SELF;
    DXGI_SURFACE_DESC s;
    IDXGISurface *x;
    if (FAILED(IUnknown_QueryInterface(o->dxgi, &IID_IDXGISurface, (void **)&x))) return E_FAIL;
    IDXGISurface_GetDesc(x, &s);
    IDXGISurface_Release(x);
    d[0] = s.Width;
    d[1] = s.Height;
    d[2] = s.Format;
    d[3] = s.SampleDesc.Count;
    d[4] = s.SampleDesc.Quality;
    return S_OK;
}
static const void *const surface_vtbl[] = { INSPECTABLE, (void *)surface_desc };
static Obj *wrap(IUnknown *dxgi, BOOL surface)
{
    Obj *o = make(surface ? L"Windows.Graphics.DirectX.Direct3D11.Direct3DSurface"
                          : L"Windows.Graphics.DirectX.Direct3D11.Direct3DDevice",
            dxgi_end);
    face(o, surface ? &IID_D3DSurface : &IID_D3DDevice, surface ? surface_vtbl : d3ddevice_vtbl);
    face(o, &IID_Closable, nop_close_vtbl);
    face(o, &IID_DxgiAccess, access_vtbl);
    o->dxgi = dxgi;
    IUnknown_AddRef(dxgi);
    return o;
}
HRESULT WINAPI CreateDirect3D11DeviceFromDXGIDevice(IDXGIDevice *d, void **out)
{
    *out = &wrap((IUnknown *)d, FALSE)->ifs[0];
    return S_OK;
}
HRESULT WINAPI CreateDirect3D11SurfaceFromDXGISurface(IDXGISurface *s, void **out)
{
    *out = &wrap((IUnknown *)s, TRUE)->ifs[0];
    return S_OK;
}

/* ---- GraphicsCaptureItem ------------------------------------------------- */
static SizeI item_size(Obj *o)
{
    RECT r = { 0 };
    if (o->hwnd) GetWindowRect(o->hwnd, &r);
    else
    {
        MONITORINFO m = { sizeof(m) };
        FILE *f = fopen("C:\\windows-rig\\wgc.mode", "r");
        int w, h; /* fault: the monitor changes its mode */
        GetMonitorInfoW(o->monitor, &m);
        r = m.rcMonitor;
        if (f)
        {
            if (fscanf(f, "%dx%d", &w, &h) == 2)
            {
                r.right = r.left + w;
                r.bottom = r.top + h;
            }
            fclose(f);
        }
    }
    return (SizeI){ r.right - r.left, r.bottom - r.top };
}
static HRESULT WINAPI item_name(void *self, HSTRING_ *out)
{
    SELF;
    WCHAR t[200] = L"Display 1";
    if (o->hwnd) GetWindowTextW(o->hwnd, t, 200);
    return hstring(t, out);
}
static HRESULT WINAPI item_get_size(void *self, SizeI *s)
{
    SELF;
    *s = item_size(o);
    return S_OK;
}
static HRESULT WINAPI item_add(void *self, IUnknown *h, Token *t)
{
    SELF;
    return add(o->closed, h, t);
}
static HRESULT WINAPI item_remove(void *self, Token t)
{
    SELF;
    return drop(o->closed, t);
}
static const void *const item_vtbl[] = { INSPECTABLE, (void *)item_name, (void *)item_get_size, (void *)item_add,
    (void *)item_remove };
static Obj *make_item(HWND w, HMONITOR m)
{
    Obj *o = make(L"Windows.Graphics.Capture.GraphicsCaptureItem", NULL);
    face(o, &IID_Item, item_vtbl);
    o->hwnd = w;
    o->monitor = m;
    return o;
}
static HRESULT WINAPI for_window(void *self, HWND w, REFIID iid, void **out)
{
    HRESULT hr;
    Obj *o;
    if (!IsWindow(w)) return E_INVALIDARG;
    o = make_item(w, NULL);
    hr = qi(&o->ifs[0], iid, out);
    release_obj(o);
    return hr;
}
static HRESULT WINAPI for_monitor(void *self, HMONITOR m, REFIID iid, void **out)
{
    HRESULT hr;
    Obj *o;
    MONITORINFO i = { sizeof(i) };
    if (!GetMonitorInfoW(m, &i)) return E_INVALIDARG;
    o = make_item(NULL, m);
    hr = qi(&o->ifs[0], iid, out);
    release_obj(o);
    return hr;
}
static const void *const interop_vtbl[] = { UNKNOWN, (void *)for_window, (void *)for_monitor };

/* ---- frames --------------------------------------------------------------- */
static void frame_shut(Obj *o)
{
    Obj *s, *p;
    EnterCriticalSection(&lock);
    s = o->surface;
    p = o->owner;
    o->surface = o->owner = NULL;
    if (p && o->given) p->out--;
    LeaveCriticalSection(&lock);
    if (s) release_obj(s);
    if (p) release_obj(p);
}
static HRESULT WINAPI frame_close(void *self)
{
    SELF;
    frame_shut(o);
    return S_OK;
}
static HRESULT WINAPI frame_surface(void *self, void **out)
{
    SELF;
    if (!o->surface) return RO_E_CLOSED;
    InterlockedIncrement(&o->surface->ref);
    *out = &o->surface->ifs[0];
    return S_OK;
}
static HRESULT WINAPI frame_time(void *self, INT64 *t)
{
    SELF;
    *t = o->time;
    return S_OK;
}
static HRESULT WINAPI frame_size(void *self, SizeI *s)
{
    SELF;
    *s = o->content;
    return S_OK;
}
static const void *const frame_vtbl[] = { INSPECTABLE, (void *)frame_surface, (void *)frame_time, (void *)frame_size };
static const void *const frame_close_vtbl[] = { INSPECTABLE, (void *)frame_close };

/* ---- pool and session ------------------------------------------------------ */
static void empty(Obj *p)
{
    Obj *old[16];
    int n;
    EnterCriticalSection(&lock);
    n = p->queued;
    memcpy(old, p->queue, sizeof(old));
    p->queued = 0;
    LeaveCriticalSection(&lock);
    while (n) release_obj(old[--n]);
}
static void pool_end(Obj *o)
{
    empty(o);
    if (o->device) ID3D11Device_Release(o->device);
    for (int i = 0; i < 8; i++)
        if (o->arrived[i]) IUnknown_Release(o->arrived[i]);
}
static HRESULT set_up(Obj *o, IUnknown *device, INT32 format, INT32 buffers, SizeI size)
{
    void *access;
    ID3D11Device *d = NULL;
    HRESULT hr;
    if (format != 87 || buffers < 1 || size.w < 1 || size.h < 1) return E_INVALIDARG; /* B8G8R8A8UIntNormalized */
    if (FAILED(hr = IUnknown_QueryInterface(device, &IID_DxgiAccess, &access))) return hr;
    hr = ((HRESULT(WINAPI **)(void *, REFIID, void **)) * (void ***)access)[3](access, &IID_ID3D11Device, (void **)&d);
    IUnknown_Release((IUnknown *)access);
    if (FAILED(hr)) return hr;
    empty(o);
    EnterCriticalSection(&lock);
    if (o->device) ID3D11Device_Release(o->device);
    o->device = d;
    o->buffers = min(buffers, 16);
    o->size = size;
    LeaveCriticalSection(&lock);
    say("pool %dx%d, %d buffers", (int)size.w, (int)size.h, (int)buffers);
    return S_OK;
}
static HRESULT WINAPI pool_recreate(void *self, IUnknown *d, INT32 f, INT32 n, SizeI s)
{
    SELF;
    return set_up(o, d, f, n, s);
}
static HRESULT WINAPI pool_next(void *self, void **out)
{
    SELF;
    Obj *f = NULL;
    if (o->shut) return RO_E_CLOSED;
    EnterCriticalSection(&lock);
    if (o->queued)
    {
        f = o->queue[0];
        memmove(o->queue, o->queue + 1, sizeof(Obj *) * --o->queued);
        f->given = TRUE;
        o->out++;
    }
    LeaveCriticalSection(&lock);
    *out = f ? (void *)&f->ifs[0] : NULL;
    return S_OK;
}
static HRESULT WINAPI pool_add(void *self, IUnknown *h, Token *t)
{
    SELF;
    return add(o->arrived, h, t);
}
static HRESULT WINAPI pool_remove(void *self, Token t)
{
    SELF;
    return drop(o->arrived, t);
}
static HRESULT WINAPI pool_session(void *self, IUnknown *item, void **out);
static HRESULT WINAPI pool_queue(void *self, void **out)
{
    *out = NULL;
    return S_OK;
}
static HRESULT WINAPI pool_close(void *self)
{
    SELF;
    o->shut = TRUE;
    empty(o);
    return S_OK;
}
static const void *const pool_vtbl[] = { INSPECTABLE, (void *)pool_recreate, (void *)pool_next, (void *)pool_add,
    (void *)pool_remove, (void *)pool_session, (void *)pool_queue };
static const void *const pool_close_vtbl[] = { INSPECTABLE, (void *)pool_close };
static HRESULT WINAPI pool_create(void *self, IUnknown *d, INT32 f, INT32 n, SizeI s, void **out)
{
    Obj *o = make(L"Windows.Graphics.Capture.Direct3D11CaptureFramePool", pool_end);
    HRESULT hr;
    face(o, &IID_Pool, pool_vtbl);
    face(o, &IID_Closable, pool_close_vtbl);
    if (FAILED(hr = set_up(o, d, f, n, s)))
    {
        release_obj(o);
        return hr;
    }
    *out = &o->ifs[0];
    return S_OK;
}
static const void *const pool_statics_vtbl[] = { INSPECTABLE, (void *)pool_create };

static DWORD WINAPI capture(void *arg)
{
    Obj *s = arg, *p = s->pool, *item = s->item;
    BYTE *bits = NULL, *before = NULL;
    HBITMAP bm = NULL;
    HDC dc = CreateCompatibleDC(NULL);
    SizeI have = { 0 };
    HGDIOBJ old = NULL;
    BOOL force = TRUE;
    SizeI told = { 0 };
    char text[16];
    int hz = GetEnvironmentVariableA("RIG_WGC_HZ", text, sizeof(text)) ? atoi(text) : 60;
    while (!s->stop && !p->shut)
    {
        SizeI content;
        RECT r = { 0 };
        HDC from;
        BOOL room;
        CURSORINFO ci = { sizeof(ci) };
        Sleep(max(1, max(1000 / hz, (int)(s->interval / 10000))));
        if (GetFileAttributesW(L"C:\\windows-rig\\wgc.still") != INVALID_FILE_ATTRIBUTES) continue;
        if (item->hwnd && !IsWindow(item->hwnd))
        {
            if (!item->told)
            {
                item->told = TRUE;
                say("closed");
                raise(item->closed, &item->ifs[0]);
            }
            break;
        }
        if (item->hwnd && (IsIconic(item->hwnd) || !IsWindowVisible(item->hwnd))) continue;
        content = item_size(item);
        EnterCriticalSection(&lock);
        room = p->queued + p->out < p->buffers;
        LeaveCriticalSection(&lock);
        if (!room) continue;
        if (have.w != p->size.w || have.h != p->size.h)
        {
            BITMAPINFO bi = { { sizeof(BITMAPINFOHEADER), p->size.w, -p->size.h, 1, 32 } };
            if (bm)
            {
                SelectObject(dc, old);
                DeleteObject(bm);
                HeapFree(GetProcessHeap(), 0, before);
            }
            bm = CreateDIBSection(NULL, &bi, DIB_RGB_COLORS, (void **)&bits, NULL, 0);
            old = SelectObject(dc, bm);
            have = p->size;
            before = HeapAlloc(GetProcessHeap(), 0, have.w * have.h * 4);
            force = TRUE;
        }
        PatBlt(dc, 0, 0, have.w, have.h, BLACKNESS);
        if (item->hwnd)
        {
            GetWindowRect(item->hwnd, &r);
            from = GetWindowDC(item->hwnd);
            BitBlt(dc, 0, 0, min(content.w, have.w), min(content.h, have.h), from, 0, 0, SRCCOPY);
            ReleaseDC(item->hwnd, from);
        }
        else
        {
            MONITORINFO m = { sizeof(m) };
            GetMonitorInfoW(item->monitor, &m);
            r = m.rcMonitor;
            from = GetDC(NULL);
            BitBlt(dc, 0, 0, have.w, have.h, from, r.left, r.top, SRCCOPY);
            ReleaseDC(NULL, from);
        }
        if (s->cursor && GetCursorInfo(&ci) && (ci.flags & CURSOR_SHOWING))
        {
            ICONINFO ii;
            BOOL known = GetIconInfo(ci.hCursor, &ii);
            if (!known)   /* another process' own: Wine shows it to nobody else */
                known = GetIconInfo(ci.hCursor = LoadCursorW(NULL, (WCHAR *)IDC_ARROW), &ii);
            if (known)
            {
                DrawIconEx(dc, ci.ptScreenPos.x - r.left - ii.xHotspot, ci.ptScreenPos.y - r.top - ii.yHotspot,
                        ci.hCursor, 0, 0, 0, NULL, DI_NORMAL);
                DeleteObject(ii.hbmMask);
                if (ii.hbmColor) DeleteObject(ii.hbmColor);
            }
        }
        GdiFlush();
        for (SIZE_T i = 3, n = (SIZE_T)have.w * have.h * 4; i < n; i += 4) bits[i] = 255;
        if (!force && content.w == told.w && content.h == told.h && !memcmp(bits, before, (SIZE_T)have.w * have.h * 4))
            continue;
        force = FALSE;
        told = content;
        memcpy(before, bits, (SIZE_T)have.w * have.h * 4);
        {
            D3D11_TEXTURE2D_DESC d = { have.w, have.h, 1, 1, DXGI_FORMAT_B8G8R8A8_UNORM, { 1, 0 }, D3D11_USAGE_DEFAULT,
                D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET, 0, 0 };
            D3D11_SUBRESOURCE_DATA data = { bits, have.w * 4, 0 };
            ID3D11Texture2D *t;
            LARGE_INTEGER now, f;
            Obj *o;
            if (FAILED(ID3D11Device_CreateTexture2D(p->device, &d, &data, &t)))
            {
                say("no texture");
                continue;
            }
            QueryPerformanceCounter(&now);
            QueryPerformanceFrequency(&f);
            o = make(L"Windows.Graphics.Capture.Direct3D11CaptureFrame", frame_shut);
            face(o, &IID_Frame, frame_vtbl);
            face(o, &IID_Closable, frame_close_vtbl);
            o->surface = wrap((IUnknown *)t, TRUE);
            ID3D11Texture2D_Release(t);
            o->content = content;
            o->time = (INT64)((double)now.QuadPart * 1e7 / f.QuadPart);
            o->owner = p;
            InterlockedIncrement(&p->ref);
            EnterCriticalSection(&lock);
            p->queue[p->queued++] = o;
            LeaveCriticalSection(&lock);
        }
        raise(p->arrived, &p->ifs[0]);
    }
    if (bm)
    {
        SelectObject(dc, old);
        DeleteObject(bm);
        HeapFree(GetProcessHeap(), 0, before);
    }
    DeleteDC(dc);
    release_obj(s);
    return 0;
}
static void session_end(Obj *o)
{
    if (o->thread) CloseHandle(o->thread);
    if (o->pool) release_obj(o->pool);
    if (o->item) release_obj(o->item);
}
static HRESULT WINAPI session_start(void *self)
{
    SELF;
    if (o->stop || o->pool->shut) return RO_E_CLOSED;
    if (o->thread) return (HRESULT)0x8000000E;
    InterlockedIncrement(&o->ref);
    o->thread = CreateThread(NULL, 0, capture, o, 0, NULL);
    return S_OK;
}
static HRESULT WINAPI session_close(void *self)
{
    SELF;
    o->stop = 1;
    if (o->thread && GetThreadId(o->thread) != GetCurrentThreadId()) WaitForSingleObject(o->thread, 200);
    return S_OK;
}
#define PROPERTY(name, type, field)                                                                                    \
    static HRESULT WINAPI get_##name(void *self, type *v)                                                              \
    {                                                                                                                  \
        SELF;                                                                                                          \
        *v = o->field;                                                                                                 \
        return S_OK;                                                                                                   \
    }                                                                                                                  \
    static HRESULT WINAPI put_##name(void *self, type v)                                                               \
    {                                                                                                                  \
        SELF;                                                                                                          \
        o->field = v;                                                                                                  \
        say(#name " = %d", (int)v);                                                                                    \
        return S_OK;                                                                                                   \
    }                                                                                                                  \
    static const void *const name##_vtbl[] = { INSPECTABLE, (void *)get_##name, (void *)put_##name };
PROPERTY(cursor, boolean_, cursor)
PROPERTY(border, boolean_, border) PROPERTY(dirty, INT32, dirty) PROPERTY(interval, INT64, interval) static const
        void *const session_vtbl[] = { INSPECTABLE, (void *)session_start };
static const void *const session_close_vtbl[] = { INSPECTABLE, (void *)session_close };
static HRESULT WINAPI pool_session(void *self, IUnknown *item, void **out)
{
    SELF;
    Obj *s;
    If *i;
    if (!item) return E_POINTER;
    if (FAILED(IUnknown_QueryInterface(item, &IID_Item, (void **)&i))) return E_INVALIDARG;
    s = make(L"Windows.Graphics.Capture.GraphicsCaptureSession", session_end);
    face(s, &IID_Session, session_vtbl);
    face(s, &IID_Closable, session_close_vtbl);
    face(s, &IID_Session2, cursor_vtbl);
    face(s, &IID_Session3, border_vtbl);
    face(s, &IID_Session4, dirty_vtbl);
    face(s, &IID_Session5, interval_vtbl);
    s->cursor = s->border = 1;
    s->pool = o;
    InterlockedIncrement(&o->ref);
    s->item = i->o;
    *out = &s->ifs[0];
    return S_OK;
}
static HRESULT WINAPI supported(void *self, boolean_ *v)
{
    *v = 1;
    return S_OK;
}
static const void *const session_statics_vtbl[] = { INSPECTABLE, (void *)supported };

/* ---- ApiInformation: whatever is asked about Windows.Graphics.Capture is there ---- */
static BOOL ours(HSTRING_ type)
{
    const WCHAR *t = raw(type);
    return t && !wcsncmp(t, L"Windows.Graphics.", 17);
}
static HRESULT WINAPI api1(void *self, HSTRING_ t, boolean_ *v)
{
    *v = ours(t);
    return S_OK;
}
static HRESULT WINAPI api2(void *self, HSTRING_ t, HSTRING_ m, boolean_ *v)
{
    say("asked: %ls.%ls", raw(t), raw(m));
    *v = ours(t);
    return S_OK;
}
static HRESULT WINAPI api3(void *self, HSTRING_ t, HSTRING_ m, UINT32 n, boolean_ *v)
{
    say("asked: %ls.%ls/%u", raw(t), raw(m), n);
    *v = ours(t);
    return S_OK;
}
static HRESULT WINAPI contract1(void *self, HSTRING_ t, UINT16 a, boolean_ *v)
{
    *v = a <= 15;
    return S_OK;
}
static HRESULT WINAPI contract2(void *self, HSTRING_ t, UINT16 a, UINT16 b, boolean_ *v)
{
    *v = a <= 15;
    return S_OK;
}
static const void *const api_vtbl[] = { INSPECTABLE, (void *)api1, (void *)api2, (void *)api3, (void *)api2,
    (void *)api2, (void *)api2, (void *)api2, (void *)api2, (void *)contract1, (void *)contract2 };

static HRESULT WINAPI activate(void *self, void **out) { return E_NOTIMPL; }
static const void *const factory_vtbl[] = { INSPECTABLE, (void *)activate };
HRESULT WINAPI DllGetActivationFactory(HSTRING_ name, void **out)
{
    const WCHAR *n = raw(name);
    Obj *o = make(L"factory", NULL);
    face(o, &IID_ActFactory, factory_vtbl);
    if (!lstrcmpW(n, L"Windows.Graphics.Capture.GraphicsCaptureSession"))
        face(o, &IID_SessionStatics, session_statics_vtbl);
    else if (!lstrcmpW(n, L"Windows.Graphics.Capture.GraphicsCaptureItem")) face(o, &IID_ItemInterop, interop_vtbl);
    else if (!lstrcmpW(n, L"Windows.Graphics.Capture.Direct3D11CaptureFramePool"))
    {
        face(o, &IID_PoolStatics, pool_statics_vtbl);
        face(o, &IID_PoolStatics2, pool_statics_vtbl);
    }
    else if (!lstrcmpW(n, L"Windows.Foundation.Metadata.ApiInformation")) face(o, &IID_ApiInfo, api_vtbl);
    else
    {
        release_obj(o);
        *out = NULL;
        return CLASS_E_CLASSNOTAVAILABLE;
    }
    say("factory %ls", n);
    *out = &o->ifs[0];
    return S_OK;
}
HRESULT WINAPI DllCanUnloadNow(void) { return S_FALSE; }
BOOL WINAPI DllMain(HINSTANCE h, DWORD why, void *x)
{
    if (why == DLL_PROCESS_ATTACH)
    {
        InitializeCriticalSection(&lock);
        DisableThreadLibraryCalls(h);
    }
    return TRUE;
}
