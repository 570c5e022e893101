// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Ring;

/// <summary>
/// Lets the consumer of a ring sleep without a wake-up per record. While awake it polls and producers submit with
/// BPF_RB_NO_WAKEUP; before it sleeps it arms a word that they test, and only the first one rings (BPF_RB_FORCE_WAKEUP).
/// </summary>
/// <remarks>
/// Nothing is missed only if both sides put a full barrier between their store and their load: here between arming and
/// reading the producer position, in the program between bpf_ringbuf_reserve (which advances that position) and reading the
/// armed word (count(), bpf/counters.bpf.h: not every atomic is one on arm64). Per-record wake-ups cost 10 times more CPU per connection than the records themselves.
/// </remarks>
public sealed unsafe class Doorbell : IDisposable
{
    private readonly RingReader _ring;
    private readonly BpfMap _ringMap;
    private readonly MappedMap _control;
    private readonly int _armedOffset;
    private readonly DescriptorHandle _wake;

    /// <summary>The armed word is the u32 at this offset of a mapped data section. Ring, map and section must outlive the doorbell.</summary>
    public Doorbell(RingReader ring, BpfMap ringMap, MappedMap control, int armedOffset)
    {
        _ring = ring;
        _ringMap = ringMap;
        _control = control;
        _armedOffset = armedOffset;
        _control.At<uint>(armedOffset) = 0;
        _wake = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        if (_wake.IsInvalid)
            throw new BpfException("create the wake-up descriptor", Marshal.GetLastPInvokeError());
    }

    /// <summary>How often the consumer armed and went to sleep.</summary>
    public ulong Sleeps { get; private set; }

    /// <summary>Publishes what was read, then sleeps until a record comes, <see cref="Wake"/> is called, or the time is over; a negative time is endless.</summary>
    public WakeReason Wait(TimeSpan timeout)
    {
        _ring.Release();
        ref uint armed = ref _control.At<uint>(_armedOffset);
        Volatile.Write(ref armed, 1);
        Interlocked.MemoryBarrier();
        try
        {
            if (!_ring.IsEmpty)
                return WakeReason.Records;
            Sleeps++;
            return Sleep(timeout);
        }
        finally
        {
            Volatile.Write(ref armed, 0);
        }
    }

    /// <summary>Ends a <see cref="Wait"/> of another thread, or the next one.</summary>
    public void Wake()
    {
        ulong one = 1;
        // EAGAIN: the counter is full, so the sleeper is being woken already.
        if (LibC.write(_wake, (byte*)&one, sizeof(ulong)) < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EAGAIN)
            throw new BpfException("wake the ring's reader", errno);
    }

    /// <summary>A short pause that nothing ends early; Thread.Sleep cannot sleep less than a millisecond.</summary>
    public static void Nap(TimeSpan duration)
    {
        LibC.TimeSpec time = ToTimeSpec(duration);
        LibC.nanosleep(&time, null); // EINTR only makes the nap shorter
    }

    public void Dispose() => _wake.Dispose();

    private WakeReason Sleep(TimeSpan timeout)
    {
        bool leased = false;
        _wake.DangerousAddRef(ref leased);
        try
        {
            LibC.PollDescriptor* descriptors = stackalloc LibC.PollDescriptor[2];
            descriptors[0] = new LibC.PollDescriptor { fd = _ringMap.Fd, events = LibC.POLLIN };
            descriptors[1] = new LibC.PollDescriptor { fd = _wake.Number, events = LibC.POLLIN };
            LibC.TimeSpec time = ToTimeSpec(timeout);
            int ready = LibC.ppoll(descriptors, 2, timeout < TimeSpan.Zero ? null : &time, null);
            if (ready < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                throw new BpfException("wait for ring buffer records", errno);
            if (ready > 0 && descriptors[1].revents != 0)
            {
                ulong count;
                LibC.read(_wake, (byte*)&count, sizeof(ulong)); // resets the counter; nothing else reads it
                return WakeReason.Woken;
            }
            return ready > 0 ? WakeReason.Records : WakeReason.TimedOut;
        }
        finally
        {
            if (leased)
                _wake.DangerousRelease();
        }
    }

    private static LibC.TimeSpec ToTimeSpec(TimeSpan time) => new()
    {
        tv_sec = time.Ticks / TimeSpan.TicksPerSecond,
        tv_nsec = time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
    };
}
