// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>A process of a story.</summary>
internal sealed record Proc(uint Pid, string Comm, ulong StartBoottimeNs = 7_000_000)
{
    private readonly WireComm _comm = CommOf(Comm);

    public string Comm
    {
        get;
        init
        {
            field = value;
            _comm = CommOf(value);
        }
    } = Comm;

    public ProcessKey Key => new(Pid, StartBoottimeNs);

    public TcpActor At(ulong ktimeNs, uint tid = 0, ulong stackId = 0) => new()
    {
        KtimeNs = ktimeNs,
        StartBoottimeNs = StartBoottimeNs,
        StackId = stackId,
        Pid = Pid,
        Tid = tid == 0 ? Pid : tid,
        Comm = _comm,
    };

    public DescriptorHolder Holding(uint fd) => new(Key, fd, _comm);

    public static WireComm CommOf(string name)
    {
        WireComm comm = default;
        Encoding.UTF8.GetBytes(name).CopyTo(MemoryMarshal.AsBytes(new Span<WireComm>(ref comm)));
        return comm;
    }
}
