// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Interop;

namespace Tracer.Bpf;

/// <summary>An attached program; disposing it detaches.</summary>
public sealed class BpfLink : IDisposable
{
    private readonly BpfLinkHandle _handle;

    internal BpfLink(BpfLinkHandle handle, string program)
    {
        _handle = handle;
        Program = program;
    }

    public string Program { get; }

    /// <summary>Starts one pass of an iterator program.</summary>
    public BpfIterator OpenIterator()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return BpfIterator.Open(_handle, Program);
    }

    public void Dispose() => _handle.Dispose();
}
