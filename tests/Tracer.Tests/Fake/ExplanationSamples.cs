// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Tests.Fake;

/// <summary>Single sockets with all that a daemon says of them.</summary>
internal static class ExplanationSamples
{
    public static ExplainSocketResponse Pooled()
    {
        SocketRecord socket = Samples.PhpWorker();
        (socket.Verdict, socket.LastRead) = (Verdict.EofNotRead, Samples.Actor("apache2", 812, 812, OriginKind.Unspecified, Source.Traced, -377.3));
        socket.LastRead.Result = 5119;
        return new ExplainSocketResponse
        {
            Socket = socket,
            Evidence = { FindingSamples.Observed("no thread has read or polled it since the FIN"), FindingSamples.Inferred("65.0 s is the peer's idle timeout") },
            Advice = { "Close the connection when the request ends" },
            HarmlessWhen = "its pool tests connections before it uses them",
            FindingId = "00c2a4b19d7e5533",
        };
    }

    /// <summary>Read to its end, then reset by the peer; its descriptor is open still.</summary>
    public static ExplainSocketResponse Reset()
    {
        SocketRecord socket = Samples.Leaked();
        socket.Holders.RemoveAt(1);
        (socket.Verdict, socket.PreviousVerdict) = (Verdict.ResetButOpen, Verdict.EofReadNotClosed);
        (socket.State, socket.EndReason, socket.DescriptorLeftOpen) = (TcpState.Close, EndReason.ResetByPeer, true);
        (socket.CloseWaitEnterTime, socket.Age, socket.EndTime) = (Samples.At(-200), Samples.Span(120), Samples.At(-80));
        (socket.LastRead.Time, socket.EofRead.Time, socket.Origin.Time) = (Samples.At(-199.9), Samples.At(-199.9), Samples.At(-260));
        socket.LastSendTime = Samples.At(-150);
        socket.Netns = 4026531840;
        return new ExplainSocketResponse { Socket = socket, Evidence = { FindingSamples.Observed("the peer has reset it, and a descriptor is still open") }, FindingId = "00000000000000ff" };
    }

    /// <summary>It waits for a thread that is busy elsewhere.</summary>
    public static ExplainSocketResponse Queued()
    {
        SocketRecord socket = Samples.BlockedListener();
        socket.Verdict = Verdict.NeverAccepted;
        return new ExplainSocketResponse
        {
            Socket = socket,
            Evidence = { FindingSamples.Observed("it has no descriptor: nobody has called accept() for it") },
            Threads = { FindingSamples.BlockedThread() },
            FindingId = "9f3c2e7d01ab44e0",
        };
    }

    /// <summary>It was there before the tracer, a day ago.</summary>
    public static ExplainSocketResponse Existing()
    {
        SocketRecord socket = Samples.Existing();
        (socket.Verdict, socket.CloseWaitEnterTime, socket.Age) = (Verdict.Unknown, Samples.At(-90000), Samples.Span(90000));
        socket.LastRead = Samples.Actor("nginx", 55, 55, OriginKind.Unspecified, Source.Traced, -10);
        socket.LastRead.Result = -11;
        return new ExplainSocketResponse { Socket = socket, Evidence = { FindingSamples.Unknown("who holds it: descriptors were not scanned yet") } };
    }

    public static ExplainSocketResponse[] All() => [Pooled(), Reset(), Queued(), Existing()];
}
