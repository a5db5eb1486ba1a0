"""What of libpulse's interface is used here, as C declares it. Only text: nothing is loaded.

Written for this project from what PulseAudio 16's public headers (pulse/*.h, LGPL-2.1-or-later) define; a program that
states an interface in order to call it takes no code from it. The ABI is frozen since 1.0 and only grows at the end of
a struct, so structs that the library allocates are declared as far as they are read.
"""

DECLARATIONS = """
typedef uint64_t pa_usec_t;
typedef uint32_t pa_volume_t;
typedef struct pa_proplist pa_proplist;
typedef struct pa_mainloop pa_mainloop;
typedef struct pa_mainloop_api pa_mainloop_api;
typedef struct pa_spawn_api pa_spawn_api;
typedef struct pa_context pa_context;
typedef struct pa_operation pa_operation;
typedef struct pa_stream pa_stream;
struct timeval { long tv_sec; long tv_usec; };

enum { PA_CONTEXT_UNCONNECTED, PA_CONTEXT_CONNECTING, PA_CONTEXT_AUTHORIZING, PA_CONTEXT_SETTING_NAME,
       PA_CONTEXT_READY, PA_CONTEXT_FAILED, PA_CONTEXT_TERMINATED };
enum { PA_CONTEXT_NOAUTOSPAWN = 0x1 };
enum { PA_OPERATION_RUNNING, PA_OPERATION_DONE, PA_OPERATION_CANCELLED };
enum { PA_STREAM_UNCONNECTED, PA_STREAM_CREATING, PA_STREAM_READY, PA_STREAM_FAILED, PA_STREAM_TERMINATED };
enum { PA_STREAM_NOFLAGS = 0, PA_STREAM_NO_REMAP_CHANNELS = 0x10, PA_STREAM_NO_REMIX_CHANNELS = 0x20,
       PA_STREAM_DONT_MOVE = 0x200, PA_STREAM_ADJUST_LATENCY = 0x2000, PA_STREAM_START_UNMUTED = 0x10000 };
enum { PA_SAMPLE_FLOAT32LE = 5 };
enum { PA_SEEK_RELATIVE = 0 };
enum { PA_SUBSCRIPTION_MASK_SINK = 0x1, PA_SUBSCRIPTION_MASK_SOURCE = 0x2, PA_SUBSCRIPTION_MASK_SINK_INPUT = 0x4,
       PA_SUBSCRIPTION_MASK_SOURCE_OUTPUT = 0x8, PA_SUBSCRIPTION_MASK_SERVER = 0x80 };
enum { PA_SUBSCRIPTION_EVENT_SINK = 0, PA_SUBSCRIPTION_EVENT_SOURCE = 1, PA_SUBSCRIPTION_EVENT_SINK_INPUT = 2,
       PA_SUBSCRIPTION_EVENT_SOURCE_OUTPUT = 3, PA_SUBSCRIPTION_EVENT_SERVER = 7,
       PA_SUBSCRIPTION_EVENT_FACILITY_MASK = 0xf };
enum { PA_SINK_HW_VOLUME_CTRL = 0x1, PA_SINK_HW_MUTE_CTRL = 0x10, PA_SINK_FLAT_VOLUME = 0x40,
       PA_SOURCE_FLAT_VOLUME = 0x80 };

typedef struct pa_sample_spec { int format; uint32_t rate; uint8_t channels; } pa_sample_spec;
typedef struct pa_channel_map { uint8_t channels; int map[32]; } pa_channel_map;
typedef struct pa_cvolume { uint8_t channels; pa_volume_t values[32]; } pa_cvolume;
typedef struct pa_buffer_attr {
    uint32_t maxlength; uint32_t tlength; uint32_t prebuf; uint32_t minreq; uint32_t fragsize;
} pa_buffer_attr;
typedef struct pa_timing_info {
    struct timeval timestamp;
    int synchronized_clocks;
    pa_usec_t sink_usec; pa_usec_t source_usec; pa_usec_t transport_usec;
    int playing;
    int write_index_corrupt; int64_t write_index;
    int read_index_corrupt; int64_t read_index;
    pa_usec_t configured_sink_usec; pa_usec_t configured_source_usec;
    int64_t since_underrun;
} pa_timing_info;

typedef struct pa_server_info {
    const char *user_name; const char *host_name; const char *server_version; const char *server_name;
    pa_sample_spec sample_spec;
    const char *default_sink_name; const char *default_source_name;
    uint32_t cookie; pa_channel_map channel_map;
} pa_server_info;
typedef struct pa_sink_info {
    const char *name; uint32_t index; const char *description;
    pa_sample_spec sample_spec; pa_channel_map channel_map;
    uint32_t owner_module; pa_cvolume volume; int mute;
    uint32_t monitor_source; const char *monitor_source_name;
    pa_usec_t latency; const char *driver; int flags; pa_proplist *proplist;
} pa_sink_info;
typedef struct pa_source_info {
    const char *name; uint32_t index; const char *description;
    pa_sample_spec sample_spec; pa_channel_map channel_map;
    uint32_t owner_module; pa_cvolume volume; int mute;
    uint32_t monitor_of_sink; const char *monitor_of_sink_name;
    pa_usec_t latency; const char *driver; int flags; pa_proplist *proplist;
} pa_source_info;
typedef struct pa_sink_input_info {
    uint32_t index; const char *name; uint32_t owner_module; uint32_t client; uint32_t sink;
    pa_sample_spec sample_spec; pa_channel_map channel_map; pa_cvolume volume;
    pa_usec_t buffer_usec; pa_usec_t sink_usec; const char *resample_method; const char *driver;
    int mute; pa_proplist *proplist; int corked;
} pa_sink_input_info;
typedef struct pa_source_output_info {
    uint32_t index; const char *name; uint32_t owner_module; uint32_t client; uint32_t source;
    pa_sample_spec sample_spec; pa_channel_map channel_map;
    pa_usec_t buffer_usec; pa_usec_t source_usec; const char *resample_method; const char *driver;
    pa_proplist *proplist; int corked;
    pa_cvolume volume; int mute; int has_volume; int volume_writable;
} pa_source_output_info;

typedef void (*pa_context_success_cb_t)(pa_context *c, int success, void *userdata);
typedef void (*pa_context_subscribe_cb_t)(pa_context *c, int event, uint32_t index, void *userdata);
typedef void (*pa_server_info_cb_t)(pa_context *c, const pa_server_info *i, void *userdata);
typedef void (*pa_sink_info_cb_t)(pa_context *c, const pa_sink_info *i, int eol, void *userdata);
typedef void (*pa_source_info_cb_t)(pa_context *c, const pa_source_info *i, int eol, void *userdata);
typedef void (*pa_sink_input_info_cb_t)(pa_context *c, const pa_sink_input_info *i, int eol, void *userdata);
typedef void (*pa_source_output_info_cb_t)(pa_context *c, const pa_source_output_info *i, int eol, void *userdata);
typedef void (*pa_stream_success_cb_t)(pa_stream *s, int success, void *userdata);
typedef void (*pa_free_cb_t)(void *p);

pa_usec_t pa_rtclock_now(void);
const char *pa_strerror(int error);
const char *pa_channel_position_to_string(int pos);
pa_channel_map *pa_channel_map_parse(pa_channel_map *map, const char *s);
pa_proplist *pa_proplist_new(void);
void pa_proplist_free(pa_proplist *p);
int pa_proplist_sets(pa_proplist *p, const char *key, const char *value);
const char *pa_proplist_gets(const pa_proplist *p, const char *key);

pa_mainloop *pa_mainloop_new(void);
void pa_mainloop_free(pa_mainloop *m);
pa_mainloop_api *pa_mainloop_get_api(pa_mainloop *m);
int pa_mainloop_prepare(pa_mainloop *m, int timeout);
int pa_mainloop_poll(pa_mainloop *m);
int pa_mainloop_dispatch(pa_mainloop *m);
int pa_mainloop_iterate(pa_mainloop *m, int block, int *retval);
void pa_mainloop_wakeup(pa_mainloop *m);

void pa_operation_cancel(pa_operation *o);
void pa_operation_unref(pa_operation *o);
int pa_operation_get_state(const pa_operation *o);

pa_context *pa_context_new(pa_mainloop_api *mainloop, const char *name);
void pa_context_unref(pa_context *c);
int pa_context_connect(pa_context *c, const char *server, int flags, const pa_spawn_api *api);
void pa_context_disconnect(pa_context *c);
int pa_context_errno(const pa_context *c);
int pa_context_get_state(const pa_context *c);
void pa_context_set_subscribe_callback(pa_context *c, pa_context_subscribe_cb_t cb, void *userdata);
pa_operation *pa_context_subscribe(pa_context *c, int mask, pa_context_success_cb_t cb, void *userdata);
pa_operation *pa_context_get_server_info(pa_context *c, pa_server_info_cb_t cb, void *userdata);
pa_operation *pa_context_get_sink_info_list(pa_context *c, pa_sink_info_cb_t cb, void *userdata);
pa_operation *pa_context_get_sink_info_by_index(pa_context *c, uint32_t idx, pa_sink_info_cb_t cb, void *userdata);
pa_operation *pa_context_get_source_info_list(pa_context *c, pa_source_info_cb_t cb, void *userdata);
pa_operation *pa_context_get_source_info_by_index(pa_context *c, uint32_t idx, pa_source_info_cb_t cb, void *userdata);
pa_operation *pa_context_get_sink_input_info_list(pa_context *c, pa_sink_input_info_cb_t cb, void *userdata);
pa_operation *pa_context_get_source_output_info(
    pa_context *c, uint32_t idx, pa_source_output_info_cb_t cb, void *userdata);
pa_operation *pa_context_set_source_output_mute(
    pa_context *c, uint32_t idx, int mute, pa_context_success_cb_t cb, void *userdata);
pa_operation *pa_context_set_source_output_volume(
    pa_context *c, uint32_t idx, const pa_cvolume *volume, pa_context_success_cb_t cb, void *userdata);

pa_stream *pa_stream_new(pa_context *c, const char *name, const pa_sample_spec *ss, const pa_channel_map *map);
pa_stream *pa_stream_new_with_proplist(
    pa_context *c, const char *name, const pa_sample_spec *ss, const pa_channel_map *map, pa_proplist *p);
void pa_stream_unref(pa_stream *s);
int pa_stream_get_state(const pa_stream *s);
uint32_t pa_stream_get_index(const pa_stream *s);
int pa_stream_is_suspended(const pa_stream *s);
int pa_stream_connect_playback(pa_stream *s, const char *dev, const pa_buffer_attr *attr, int flags,
                               const pa_cvolume *volume, pa_stream *sync_stream);
int pa_stream_connect_record(pa_stream *s, const char *dev, const pa_buffer_attr *attr, int flags);
int pa_stream_set_monitor_stream(pa_stream *s, uint32_t sink_input_idx);
int pa_stream_disconnect(pa_stream *s);
size_t pa_stream_writable_size(const pa_stream *s);
size_t pa_stream_readable_size(const pa_stream *s);
int pa_stream_write(pa_stream *s, const void *data, size_t nbytes, pa_free_cb_t free_cb, int64_t offset, int seek);
int pa_stream_peek(pa_stream *s, const void **data, size_t *nbytes);
int pa_stream_drop(pa_stream *s);
pa_operation *pa_stream_update_timing_info(pa_stream *s, pa_stream_success_cb_t cb, void *userdata);
const pa_timing_info *pa_stream_get_timing_info(pa_stream *s);
"""
