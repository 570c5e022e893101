// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Interop;

/// <summary>
/// Collects what libbpf prints on this thread during one call. The native callback only stores text; the sink
/// is called afterwards from managed frames, because an exception in a native callback would end the process.
/// </summary>
internal sealed unsafe class LibBpfLog : IDisposable
{
    private const int DebugLevel = 2; // LIBBPF_DEBUG
    private const int KeptLines = 64;

    [ThreadStatic]
    private static LibBpfLog? t_current;

    private readonly LibBpfLog? _outer;
    private readonly Queue<string> _lines = new();

    static LibBpfLog() => LibBpf.libbpf_set_print(&OnPrint);

    private LibBpfLog()
    {
        _outer = t_current;
        t_current = this;
    }

    internal static LibBpfLog Begin() => new();

    /// <summary>The last lines, oldest first.</summary>
    internal IReadOnlyCollection<string> Lines => _lines;

    public void Dispose()
    {
        t_current = _outer;
        if (BpfLog.Sink is not { } sink)
            return;
        foreach (string line in _lines)
            sink(line);
    }

    private void Add(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
                continue;
            if (_lines.Count == KeptLines)
                _lines.Dequeue();
            _lines.Enqueue(line.TrimEnd().ToString());
        }
    }

    // The verifier's log arrives in one call and can be megabytes, so libc sizes the buffer.
    [UnmanagedCallersOnly]
    private static int OnPrint(int level, byte* format, void* arguments)
    {
        if (level >= DebugLevel || t_current is not { } current)
            return 0;
        byte* text = null;
        int length = LibC.vasprintf(&text, format, arguments);
        if (length < 0)
            return 0;
        current.Add(Marshal.PtrToStringUTF8((nint)text, length));
        LibC.free(text);
        return length;
    }
}
