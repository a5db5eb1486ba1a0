/* mmdevapi.dll: the loopback of a process for Wine, which lacks that device (test rig only).
 *
 * All but ActivateAudioInterfaceAsync of "VAD\Process_Loopback" goes to Wine's own, which is beside it as
 * mmdevapi_wine.dll.  The sound comes from the rig's PulseAudio: C:\windows-rig\process-loopback (see loopback.py), a
 * program of Linux' that is started here, sums what the wanted processes play and sends packets of 10 ms by a socket.
 * Who is wanted is decided here, every 50 ms: the target and all that descends from it.  Each process that loads this
 * DLL, as whoever plays by WASAPI does, writes its Linux process id to C:\windows-rig\processes\ID.
 *
 * What is modelled on purpose, since code under test meets it on Windows (documented, or measured there by others):
 *   - a completion handler that isn't agile is refused; it is called on another thread;
 *   - Initialize wants shared mode and AUDCLNT_STREAMFLAGS_LOOPBACK; there is no mix format, no period, no latency and
 *     no padding (E_NOTIMPL), the buffer's size is nonsense, the capture client is the only service;
 *   - packets of 480 frames, 10 ms apart, while the target is silent or gone, too: flagged as silent, and what is in
 *     the buffer is no silence then, which nobody may rely on;
 *   - instants are those of the performance counter; what isn't fetched within 0.2 s is lost, and flagged.
 * Not known of Windows, and chosen here: what it answers without that flag, and for a process that isn't there (here:
 * silence).
 *
 * Faults: a file C:\windows-rig\loopback.fault with a word in it, looked for at each activation and packet: "refuse"
 * (activation fails), "gone" (every call fails, as when the sound service begins anew), "unstamped" (no instants),
 * "quiet" (no packets instead of silent ones).  rig_loopback_live() counts live objects.
 */
#define COBJMACROS
#define INITGUID
#include <winsock2.h>
#include <windows.h>
#include <audioclient.h>
#include <mmdeviceapi.h>
#include <tlhelp32.h>
#include <stdio.h>

#define FRAMES 480
#define FRAME_BYTES 8
#define MOST_WAITING 20 /* 0.2 s */
#define LOOK_MS 50
#define NONSENSE_FRAMES 3131961357u
#define SILENT 0x2     /* AUDCLNT_BUFFERFLAGS_... */
#define NO_TIMESTAMP 0x4
#define DISCONTINUITY 0x1
#define E_ILLEGAL_METHOD_CALL_ ((HRESULT)0x8000000e)
#define FOLDER "C:\\windows-rig\\"

DEFINE_GUID(IID_Agile, 0x94ea2b94, 0xe9cc, 0x49e0, 0xc0, 0xff, 0xee, 0x64, 0xca, 0x8f, 0x5b, 0x90);

typedef struct /* AUDIOCLIENT_ACTIVATION_PARAMS */
{
    DWORD kind, pid, mode;
} Params;

typedef struct /* as the helper sends it; nanoseconds of Linux' monotonic clock */
{
    INT64 sent_ns, start_ns;
    UINT32 silent, unused;
    BYTE data[FRAMES * FRAME_BYTES];
} Packet;

typedef struct
{
    IAudioClient client;
    IAudioCaptureClient capture;
    LONG ref;
    Params wanted;
    BOOL initialized, started, held;
    HANDLE event, thread;
    volatile LONG stop;
    SOCKET helper;
    CRITICAL_SECTION lock; /* protects what follows, and `held` */
    Packet waiting[MOST_WAITING];
    int first, count;
    UINT64 position;
    BOOL lost;
    INT64 offset_ns; /* counter minus the helper's clock: the least that was seen */
    DWORD tree[256];
    int in_tree;
    char told[2048];
} Loopback;

static volatile LONG live;
__declspec(dllexport) LONG rig_loopback_live(void) { return live; }

static BOOL fault(const char *word)
{
    char text[32] = { 0 };
    FILE *f = fopen(FOLDER "loopback.fault", "rb");
    if (!f) return FALSE;
    fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    return !strncmp(text, word, strlen(word));
}

static INT64 counter_ns(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return now.QuadPart / frequency.QuadPart * 1000000000 +
            now.QuadPart % frequency.QuadPart * 1000000000 / frequency.QuadPart;
}

/* ---- which processes ---------------------------------------------------- */

static int unix_process(DWORD pid)
{
    char path[MAX_PATH];
    int id = 0;
    FILE *f;
    snprintf(path, sizeof(path), FOLDER "processes\\%lu", pid);
    if (!(f = fopen(path, "rb"))) return 0;
    if (fscanf(f, "%d", &id) != 1) id = 0;
    fclose(f);
    return id;
}

static BOOL in_tree(const Loopback *o, DWORD pid)
{
    for (int i = 0; i < o->in_tree; i++)
        if (o->tree[i] == pid) return TRUE;
    return FALSE;
}

/* The target's descendants join when they are seen; who ended plays no more. */
static void look(Loopback *o)
{
    PROCESSENTRY32W entry = { .dwSize = sizeof(entry) };
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    char line[sizeof(o->told)];
    int before, length;
    if (snapshot == INVALID_HANDLE_VALUE) return;
    do
    {
        before = o->in_tree;
        for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry))
            if (in_tree(o, entry.th32ParentProcessID) && !in_tree(o, entry.th32ProcessID) && o->in_tree < 256)
                o->tree[o->in_tree++] = entry.th32ProcessID;
    } while (o->in_tree != before);
    CloseHandle(snapshot);
    length = snprintf(line, sizeof(line), "%s", o->wanted.mode ? "exclude" : "include");
    for (int i = 0; i < o->in_tree && length < (int)sizeof(line) - 16; i++)
    {
        int id = unix_process(o->tree[i]);
        if (id) length += snprintf(line + length, sizeof(line) - length, " %d", id);
    }
    if (!strcmp(line, o->told)) return;
    strcpy(o->told, line);
    line[length++] = '\n';
    send(o->helper, line, length, 0);
}

/* ---- packets ------------------------------------------------------------ */

static BOOL receive(Loopback *o, void *data, int size)
{
    for (int done = 0, n; done < size; done += n)
        if ((n = recv(o->helper, (char *)data + done, size - done, 0)) <= 0) return FALSE;
    return TRUE;
}

static void take(Loopback *o, const Packet *packet)
{
    INT64 offset_ns = counter_ns() - packet->sent_ns;
    if (packet->silent && fault("quiet")) return;
    EnterCriticalSection(&o->lock);
    if (!o->offset_ns || offset_ns < o->offset_ns) o->offset_ns = offset_ns;
    if (o->count == MOST_WAITING && o->held) /* what is being read stays */
        o->lost = TRUE;
    else
    {
        if (o->count == MOST_WAITING)
        {
            o->first = (o->first + 1) % MOST_WAITING;
            o->count--;
            o->position += FRAMES;
            o->lost = TRUE;
        }
        o->waiting[(o->first + o->count++) % MOST_WAITING] = *packet;
    }
    LeaveCriticalSection(&o->lock);
    SetEvent(o->event);
}

static DWORD WINAPI work(void *arg)
{
    Loopback *o = arg;
    Packet *packet = malloc(sizeof(*packet));
    DWORD looked = GetTickCount() - LOOK_MS;
    while (!o->stop)
    {
        fd_set readable;
        struct timeval wait = { 0, LOOK_MS * 1000 };
        if (GetTickCount() - looked >= LOOK_MS)
        {
            looked = GetTickCount();
            look(o);
        }
        FD_ZERO(&readable);
        FD_SET(o->helper, &readable);
        if (select(0, &readable, NULL, NULL, &wait) > 0)
        {
            if (!receive(o, packet, sizeof(*packet))) break;
            take(o, packet);
        }
    }
    free(packet);
    return 0;
}

/* A program of Linux', whose other end of the connection is returned. */
static SOCKET start_helper(void)
{
    WSADATA data;
    struct sockaddr_in address = { .sin_family = AF_INET };
    int size = sizeof(address);
    char command[64];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    SOCKET listener, connection = INVALID_SOCKET;
    fd_set readable;
    struct timeval wait = { 5, 0 };
    WSAStartup(0x202, &data);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (!bind(listener, (struct sockaddr *)&address, sizeof(address)) && !listen(listener, 1) &&
            !getsockname(listener, (struct sockaddr *)&address, &size))
    {
        snprintf(command, sizeof(command), "process-loopback %u", ntohs(address.sin_port));
        FD_ZERO(&readable);
        FD_SET(listener, &readable);
        if (CreateProcessA(FOLDER "process-loopback", command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process) &&
                select(0, &readable, NULL, NULL, &wait) > 0)
            connection = accept(listener, NULL, NULL);
    }
    closesocket(listener);
    return connection;
}

/* ---- IAudioClient ------------------------------------------------------- */

#define CLIENT Loopback *o = CONTAINING_RECORD(self, Loopback, client)
#define ALIVE \
    if (fault("gone")) return AUDCLNT_E_DEVICE_INVALIDATED
static HRESULT WINAPI client_qi(IAudioClient *self, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IAudioClient)) return E_NOINTERFACE;
    *out = self;
    IAudioClient_AddRef(self);
    return S_OK;
}
static ULONG WINAPI client_addref(IAudioClient *self)
{
    CLIENT;
    return InterlockedIncrement(&o->ref);
}
static ULONG WINAPI client_release(IAudioClient *self)
{
    CLIENT;
    LONG ref = InterlockedDecrement(&o->ref);
    if (ref) return ref;
    if (o->thread)
    {
        o->stop = TRUE;
        WaitForSingleObject(o->thread, INFINITE);
        CloseHandle(o->thread);
    }
    if (o->helper != INVALID_SOCKET) closesocket(o->helper); /* which ends it */
    DeleteCriticalSection(&o->lock);
    free(o);
    InterlockedDecrement(&live);
    return 0;
}
static HRESULT WINAPI client_initialize(IAudioClient *self, AUDCLNT_SHAREMODE mode, DWORD flags, REFERENCE_TIME duration,
        REFERENCE_TIME period, const WAVEFORMATEX *format, const GUID *session)
{
    CLIENT;
    ALIVE;
    if (o->initialized) return AUDCLNT_E_ALREADY_INITIALIZED;
    if (mode != AUDCLNT_SHAREMODE_SHARED || !(flags & AUDCLNT_STREAMFLAGS_LOOPBACK)) return E_INVALIDARG;
    if (!(flags & AUDCLNT_STREAMFLAGS_EVENTCALLBACK)) return E_INVALIDARG; /* polling is not modelled */
    if (format->wFormatTag != 3 || format->nChannels != 2 || format->nSamplesPerSec != 48000 ||
            format->wBitsPerSample != 32 || format->nBlockAlign != FRAME_BYTES)
        return AUDCLNT_E_UNSUPPORTED_FORMAT; /* the only one that is modelled */
    o->initialized = TRUE;
    return S_OK;
}
static HRESULT WINAPI client_buffer_size(IAudioClient *self, UINT32 *frames)
{
    *frames = NONSENSE_FRAMES;
    return S_OK;
}
static HRESULT WINAPI client_latency(IAudioClient *self, REFERENCE_TIME *latency) { return E_NOTIMPL; }
static HRESULT WINAPI client_padding(IAudioClient *self, UINT32 *frames) { return E_NOTIMPL; }
static HRESULT WINAPI client_supported(
        IAudioClient *self, AUDCLNT_SHAREMODE mode, const WAVEFORMATEX *format, WAVEFORMATEX **closest)
{
    return E_NOTIMPL;
}
static HRESULT WINAPI client_mix_format(IAudioClient *self, WAVEFORMATEX **format) { return E_NOTIMPL; }
static HRESULT WINAPI client_period(IAudioClient *self, REFERENCE_TIME *usual, REFERENCE_TIME *least)
{
    return E_NOTIMPL;
}
static HRESULT WINAPI client_start(IAudioClient *self)
{
    CLIENT;
    ALIVE;
    if (!o->initialized) return AUDCLNT_E_NOT_INITIALIZED;
    if (!o->event) return AUDCLNT_E_EVENTHANDLE_NOT_SET;
    if (o->started) return AUDCLNT_E_NOT_STOPPED;
    o->started = TRUE;
    if (!o->thread) o->thread = CreateThread(NULL, 0, work, o, 0, NULL);
    return S_OK;
}
static HRESULT WINAPI client_stop(IAudioClient *self)
{
    CLIENT;
    ALIVE;
    if (!o->initialized) return AUDCLNT_E_NOT_INITIALIZED;
    o->started = FALSE;
    return S_OK;
}
static HRESULT WINAPI client_reset(IAudioClient *self) { return E_NOTIMPL; }
static HRESULT WINAPI client_event(IAudioClient *self, HANDLE event)
{
    CLIENT;
    ALIVE;
    if (!o->initialized) return AUDCLNT_E_NOT_INITIALIZED;
    o->event = event;
    return S_OK;
}
static HRESULT WINAPI client_service(IAudioClient *self, REFIID iid, void **out)
{
    CLIENT;
    ALIVE;
    *out = NULL;
    if (!o->initialized) return AUDCLNT_E_NOT_INITIALIZED;
    if (!IsEqualGUID(iid, &IID_IAudioCaptureClient)) return E_NOINTERFACE;
    *out = &o->capture;
    IAudioClient_AddRef(self);
    return S_OK;
}
static const IAudioClientVtbl client_vtbl = { client_qi, client_addref, client_release, client_initialize,
    client_buffer_size, client_latency, client_padding, client_supported, client_mix_format, client_period,
    client_start, client_stop, client_reset, client_event, client_service };

/* ---- IAudioCaptureClient ------------------------------------------------ */

#define CAPTURE Loopback *o = CONTAINING_RECORD(self, Loopback, capture)
static HRESULT WINAPI capture_qi(IAudioCaptureClient *self, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IAudioCaptureClient)) return E_NOINTERFACE;
    *out = self;
    IAudioCaptureClient_AddRef(self);
    return S_OK;
}
static ULONG WINAPI capture_addref(IAudioCaptureClient *self)
{
    CAPTURE;
    return client_addref(&o->client);
}
static ULONG WINAPI capture_release(IAudioCaptureClient *self)
{
    CAPTURE;
    return client_release(&o->client);
}
static HRESULT WINAPI capture_buffer(
        IAudioCaptureClient *self, BYTE **data, UINT32 *frames, DWORD *flags, UINT64 *position, UINT64 *counter)
{
    CAPTURE;
    HRESULT result = AUDCLNT_S_BUFFER_EMPTY;
    ALIVE;
    *data = NULL;
    *frames = 0;
    *flags = 0;
    EnterCriticalSection(&o->lock);
    if (o->held)
        result = AUDCLNT_E_OUT_OF_ORDER;
    else if (o->count && o->started)
    {
        Packet *packet = &o->waiting[o->first];
        if (packet->silent)
        {
            *flags |= SILENT;
            for (int i = 0; i < FRAMES * 2; i++) ((float *)packet->data)[i] = i & 1 ? 0.5f : -0.5f;
        }
        if (o->lost) *flags |= DISCONTINUITY;
        o->lost = FALSE;
        *data = packet->data;
        *frames = FRAMES;
        if (position) *position = o->position;
        if (counter) *counter = (packet->start_ns + o->offset_ns) / 100;
        if (fault("unstamped"))
        {
            *flags |= NO_TIMESTAMP;
            if (counter) *counter = 0;
        }
        o->held = TRUE;
        result = S_OK;
    }
    LeaveCriticalSection(&o->lock);
    return result;
}
static HRESULT WINAPI capture_release_buffer(IAudioCaptureClient *self, UINT32 frames)
{
    CAPTURE;
    HRESULT result = S_OK;
    ALIVE;
    EnterCriticalSection(&o->lock);
    if (!o->held)
        result = frames ? AUDCLNT_E_OUT_OF_ORDER : S_OK;
    else if (frames && frames != FRAMES)
        result = AUDCLNT_E_INVALID_SIZE;
    else
    {
        o->held = FALSE;
        if (frames)
        {
            o->first = (o->first + 1) % MOST_WAITING;
            o->count--;
            o->position += FRAMES;
        }
    }
    LeaveCriticalSection(&o->lock);
    return result;
}
static HRESULT WINAPI capture_next(IAudioCaptureClient *self, UINT32 *frames)
{
    CAPTURE;
    ALIVE;
    EnterCriticalSection(&o->lock);
    *frames = o->count && o->started ? FRAMES : 0;
    LeaveCriticalSection(&o->lock);
    return S_OK;
}
static const IAudioCaptureClientVtbl capture_vtbl = { capture_qi, capture_addref, capture_release, capture_buffer,
    capture_release_buffer, capture_next };

/* ---- activation --------------------------------------------------------- */

typedef struct
{
    IActivateAudioInterfaceAsyncOperation operation;
    LONG ref;
    IActivateAudioInterfaceCompletionHandler *handler;
    Params params;
    GUID iid;
    HRESULT result;
    IUnknown *made;
} Operation;

#define OPERATION Operation *o = CONTAINING_RECORD(self, Operation, operation)
static HRESULT WINAPI operation_qi(IActivateAudioInterfaceAsyncOperation *self, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_Agile) &&
            !IsEqualGUID(iid, &IID_IActivateAudioInterfaceAsyncOperation))
        return E_NOINTERFACE;
    *out = self;
    IActivateAudioInterfaceAsyncOperation_AddRef(self);
    return S_OK;
}
static ULONG WINAPI operation_addref(IActivateAudioInterfaceAsyncOperation *self)
{
    OPERATION;
    return InterlockedIncrement(&o->ref);
}
static ULONG WINAPI operation_release(IActivateAudioInterfaceAsyncOperation *self)
{
    OPERATION;
    LONG ref = InterlockedDecrement(&o->ref);
    if (ref) return ref;
    if (o->made) IUnknown_Release(o->made);
    free(o);
    InterlockedDecrement(&live);
    return 0;
}
static HRESULT WINAPI operation_result(
        IActivateAudioInterfaceAsyncOperation *self, HRESULT *result, IUnknown **out)
{
    OPERATION;
    *result = o->result;
    if ((*out = o->made)) IUnknown_AddRef(o->made);
    return S_OK;
}
static const IActivateAudioInterfaceAsyncOperationVtbl operation_vtbl = { operation_qi, operation_addref,
    operation_release, operation_result };

static HRESULT make(const Params *params, IUnknown **out)
{
    Loopback *o;
    SOCKET helper;
    if (params->kind != 1 || params->mode > 1) return E_INVALIDARG;
    if ((helper = start_helper()) == INVALID_SOCKET) return AUDCLNT_E_SERVICE_NOT_RUNNING;
    o = calloc(1, sizeof(*o));
    o->client.lpVtbl = (IAudioClientVtbl *)&client_vtbl;
    o->capture.lpVtbl = (IAudioCaptureClientVtbl *)&capture_vtbl;
    o->ref = 1;
    o->wanted = *params;
    o->helper = helper;
    o->tree[o->in_tree++] = params->pid;
    InitializeCriticalSection(&o->lock);
    InterlockedIncrement(&live);
    *out = (IUnknown *)&o->client;
    return S_OK;
}

static DWORD WINAPI complete(void *arg)
{
    Operation *o = arg;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (fault("refuse"))
        o->result = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    else if (!IsEqualGUID(&o->iid, &IID_IAudioClient))
        o->result = E_NOINTERFACE;
    else
        o->result = make(&o->params, &o->made);
    IActivateAudioInterfaceCompletionHandler_ActivateCompleted(o->handler, &o->operation);
    IActivateAudioInterfaceCompletionHandler_Release(o->handler);
    operation_release(&o->operation);
    CoUninitialize();
    return 0;
}

HRESULT WINAPI ActivateAudioInterfaceAsync(const WCHAR *path, REFIID iid, PROPVARIANT *params,
        IActivateAudioInterfaceCompletionHandler *handler, IActivateAudioInterfaceAsyncOperation **out)
{
    Operation *o;
    IUnknown *agile;
    HANDLE thread;
    if (lstrcmpiW(path, L"VAD\\Process_Loopback"))
    {
        HRESULT(WINAPI * own)(const WCHAR *, REFIID, PROPVARIANT *, IActivateAudioInterfaceCompletionHandler *,
                IActivateAudioInterfaceAsyncOperation **) =
                (void *)GetProcAddress(LoadLibraryW(L"mmdevapi_wine.dll"), "ActivateAudioInterfaceAsync");
        return own(path, iid, params, handler, out);
    }
    *out = NULL;
    if (!params || params->vt != VT_BLOB || params->blob.cbSize < sizeof(Params)) return E_INVALIDARG;
    if (IActivateAudioInterfaceCompletionHandler_QueryInterface(handler, &IID_Agile, (void **)&agile))
        return E_ILLEGAL_METHOD_CALL_;
    IUnknown_Release(agile);
    o = calloc(1, sizeof(*o));
    o->operation.lpVtbl = (IActivateAudioInterfaceAsyncOperationVtbl *)&operation_vtbl;
    o->ref = 2;
    o->handler = handler;
    IActivateAudioInterfaceCompletionHandler_AddRef(handler);
    o->params = *(Params *)params->blob.pBlobData;
    o->iid = *iid;
    InterlockedIncrement(&live);
    *out = &o->operation;
    if (!(thread = CreateThread(NULL, 0, complete, o, 0, NULL))) return E_OUTOFMEMORY;
    CloseHandle(thread);
    return S_OK;
}

/* Wine has no call that tells a process' Linux id; Linux has. */
static long linux_process_id(void)
{
    long id = 39; /* getpid */
    __asm__ volatile("syscall" : "+a"(id) : : "rcx", "r11", "memory");
    return id;
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, void *ending)
{
    char path[MAX_PATH];
    FILE *f;
    snprintf(path, sizeof(path), FOLDER "processes\\%lu", GetCurrentProcessId());
    if (reason == DLL_PROCESS_ATTACH && (f = fopen(path, "wb")))
    {
        fprintf(f, "%ld", linux_process_id());
        fclose(f);
    }
    if (reason == DLL_PROCESS_DETACH) DeleteFileA(path);
    return TRUE;
}
