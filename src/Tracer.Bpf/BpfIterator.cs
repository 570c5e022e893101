// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>One pass of an iterator program over kernel objects: a stream of the bytes it writes.</summary>
public sealed unsafe class BpfIterator : IDisposable
{
    private readonly DescriptorHandle _descriptor;
    private readonly string _program;

    private BpfIterator(DescriptorHandle descriptor, string program)
    {
        _descriptor = descriptor;
        _program = program;
    }

    internal static BpfIterator Open(BpfLinkHandle link, string program)
    {
        int descriptor = LibBpf.bpf_iter_create(LibBpf.bpf_link__fd(link));
        if (descriptor < 0)
            throw new BpfException($"start iterator '{program}'", -descriptor);
        return new BpfIterator(new DescriptorHandle(descriptor), program);
    }

    /// <summary>Fills the buffer with the next bytes and returns their number, 0 at the end. A row may be cut between two reads.</summary>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = LibC.read(_descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                int errno = Marshal.GetLastPInvokeError();
                // EAGAIN: a million objects passed without output, the kernel wants to be asked again (kernel/bpf/bpf_iter.c).
                if (errno is not (Errno.EINTR or Errno.EAGAIN))
                    throw new BpfException($"read iterator '{_program}'", errno);
            }
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
