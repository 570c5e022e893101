// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.Collections;
using Tracer.Attribution;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>Tasks, descriptors and stacks as messages, with the names the daemon knows for them.</summary>
internal sealed class ActorMapper(IFactSource facts, bool omitsFrames = false)
{
    /// <summary>Null when the actor is not known.</summary>
    public Proto.Actor? ToActor(in TcpActor actor, Proto.Source source)
    {
        if (actor.Pid == 0)
            return null;
        Proto.Actor message = new()
        {
            Pid = actor.Pid,
            Tid = actor.Tid,
            Comm = actor.Comm.ToText(),
            StackId = actor.StackId,
            Source = source,
        };
        if (actor.KtimeNs != 0)
            message.Time = ProtoTime.ToTimestamp(facts.ToWallClock(actor.KtimeNs));
        SetProcess(message, ProcessKey.Of(in actor));
        SetStack(message, actor.StackId);
        return message;
    }

    /// <summary>Who holds the socket stands in for who opened it.</summary>
    public Proto.Actor ToActor(in DescriptorHolder holder)
    {
        Proto.Actor message = new()
        {
            Pid = holder.Process.Pid,
            Comm = CommOf(in holder, facts.FindProcess(holder.Process)),
            Source = Proto.Source.Scanned,
        };
        SetProcess(message, holder.Process);
        return message;
    }

    public void AddHolders(RepeatedField<Proto.Holder> messages, DescriptorHolder[] holders)
    {
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
            messages.Add(ToHolder(in holder));
    }

    public static Proto.Frame ToFrame(StackFrame frame) => new()
    {
        Function = frame.Function,
        Module = frame.Module,
        Offset = frame.Offset,
        Address = frame.Address,
        BuildId = frame.BuildId,
        File = frame.File,
        Line = frame.Line,
        Kind = (Proto.FrameKind)frame.Kind,
        IsInlined = frame.IsInlined,
    };

    private Proto.Holder ToHolder(in DescriptorHolder holder)
    {
        ProcessFacts? process = facts.FindProcess(holder.Process);
        Proto.Holder message = new()
        {
            Pid = holder.Process.Pid,
            Fd = holder.Fd,
            Comm = CommOf(in holder, process),
            Source = Proto.Source.Scanned,
        };
        if (holder.Process.StartBoottimeNs != 0)
            message.ProcessStartTime = ProtoTime.ToTimestamp(facts.BootToWallClock(holder.Process.StartBoottimeNs));
        if (process is null)
            return message;
        message.Exe = process.Exe;
        message.Cmdline = process.Cmdline;
        message.Cgroup = process.Cgroup;
        message.Unit = process.Unit;
        message.ContainerId = process.ContainerId;
        message.NamespacePid = process.NamespacePid;
        if (process.HasUid)
            message.Uid = process.Uid;
        return message;
    }

    private void SetProcess(Proto.Actor message, ProcessKey key)
    {
        if (key.StartBoottimeNs != 0)
            message.ProcessStartTime = ProtoTime.ToTimestamp(facts.BootToWallClock(key.StartBoottimeNs));
        message.Exe = facts.FindProcess(key)?.Exe ?? "";
    }

    private void SetStack(Proto.Actor message, ulong stackId)
    {
        if (stackId == 0 || omitsFrames || facts.FindStack(stackId) is not { } stack)
            return;
        message.StackFpOnly = stack.FpOnly;
        message.StackEnd = (Proto.StackEnd)stack.End;
        message.Request = stack.Request;
        message.StackLimitation = stack.Limitation;
        if (stack.UserFrame is { } userFrame)
            message.UserFrame = (uint)userFrame;
        foreach (StackFrame frame in stack.Frames)
            message.Stack.Add(ToFrame(frame));
    }

    private static string CommOf(in DescriptorHolder holder, ProcessFacts? process)
    {
        if (process is { Comm.Length: > 0 })
            return process.Comm;
        WireComm comm = holder.Comm;
        return comm.ToText();
    }
}
