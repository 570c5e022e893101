// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Probe;

/// <summary>Attaches a kprobe program through a perf event, the way that exists on every kernel since 4.17.</summary>
internal static unsafe class PerfProbe
{
    private const string Source = "/sys/bus/event_source/devices/kprobe";
    private const nuint CloseOnExec = 8; // PERF_FLAG_FD_CLOEXEC
    private const nuint SetProgram = 0x40042408; // PERF_EVENT_IOC_SET_BPF
    private const nuint Enable = 0x2400; // PERF_EVENT_IOC_ENABLE

    /// <summary>struct perf_event_attr, linux/perf_event.h, up to PERF_ATTR_SIZE_VER1.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    private struct Attributes
    {
        [FieldOffset(0)]
        internal uint Type;

        [FieldOffset(4)]
        internal uint Size;

        [FieldOffset(8)]
        internal ulong Config;

        [FieldOffset(56)]
        internal byte* Function;
    }

    internal static ProbeResult Try(DescriptorHandle program, string function, bool atReturn)
    {
        if (!TryReadSource(atReturn, out uint type, out ulong config))
            return ProbeResult.Failure("this kernel has no kprobes", Errno.ENOENT);
        fixed (byte* name = (byte[])[.. Encoding.UTF8.GetBytes(function), 0])
        {
            var attributes = new Attributes { Type = type, Size = (uint)sizeof(Attributes), Config = config, Function = name };
            nint fd = LibC.perf_event_open(SystemCallNumber, &attributes, -1, 0, -1, CloseOnExec);
            if (fd < 0)
                return ProbeResult.Failure($"no probe can be set on {function}", Marshal.GetLastPInvokeError());
            using var handle = new DescriptorHandle((int)fd);
            if (LibC.ioctl(handle, SetProgram, program.Number) < 0 || LibC.ioctl(handle, Enable, 0) < 0)
                return ProbeResult.Failure($"the program cannot be attached to {function}", Marshal.GetLastPInvokeError());
            return ProbeResult.Success;
        }
    }

    private static nint SystemCallNumber => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 298,
        Architecture.Arm64 => 241,
        Architecture other => throw new PlatformNotSupportedException($"perf_event_open is not known on {other}"),
    };

    // The kernel numbers its event sources at boot, and says in which bit of config "at return" goes: "config:0".
    private static bool TryReadSource(bool atReturn, out uint type, out ulong config)
    {
        config = 0;
        type = 0;
        try
        {
            type = uint.Parse(File.ReadAllText($"{Source}/type"), CultureInfo.InvariantCulture);
            if (atReturn)
                config = 1ul << int.Parse(File.ReadAllText($"{Source}/format/retprobe").Split(':')[1], CultureInfo.InvariantCulture);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
