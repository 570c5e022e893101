// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Client.Scenes;

/// <summary>What a daemon saved at one moment.</summary>
internal sealed class Scene
{
    private readonly Dictionary<ulong, Stack> _stacks = [];

    /// <summary>Null until the first item was added.</summary>
    public SceneHeader? Header { get; private set; }

    public HostSummary Summary { get; private set; } = new();

    /// <summary>Worst first, as they were saved.</summary>
    public List<Finding> Findings { get; } = [];

    public List<SocketRecord> Sockets { get; } = [];

    public List<ThreadState> Threads { get; } = [];

    /// <summary>Null: the scene was cut short.</summary>
    public SceneEnd? End { get; private set; }

    public void Add(SceneItem item)
    {
        switch (item.ItemCase)
        {
            case SceneItem.ItemOneofCase.Header:
                Header ??= item.Header;
                break;
            case SceneItem.ItemOneofCase.Summary:
                Summary = item.Summary;
                break;
            case SceneItem.ItemOneofCase.Finding:
                Findings.Add(item.Finding);
                break;
            case SceneItem.ItemOneofCase.Socket:
                Sockets.Add(item.Socket);
                break;
            case SceneItem.ItemOneofCase.Stack:
                _stacks[item.Stack.StackId] = item.Stack;
                break;
            case SceneItem.ItemOneofCase.Thread when item.Thread.Thread is not null:
                Threads.Add(item.Thread.Thread);
                break;
            case SceneItem.ItemOneofCase.End:
                End = item.End;
                break;
        }
    }

    /// <summary>Gives the sockets their frames back.</summary>
    public void Complete()
    {
        foreach (SocketRecord socket in Sockets)
        {
            Actor?[] actors =
            [
                socket.Origin, socket.LastRead, socket.EofRead, socket.FirstSend, socket.Closer, socket.Listener?.Opener, socket.Listener?.LastAccept,
            ];
            foreach (Actor actor in actors.OfType<Actor>())
                AttachFrames(actor);
        }
    }

    private void AttachFrames(Actor actor)
    {
        if (actor.Stack.Count > 0 || !_stacks.TryGetValue(actor.StackId, out Stack? stack))
            return;
        actor.Stack.Add(stack.Frames);
        actor.StackFpOnly = stack.FpOnly;
        actor.StackEnd = stack.End;
        actor.Request = stack.Request;
        actor.StackLimitation = stack.Limitation;
        if (stack.HasUserFrame)
            actor.UserFrame = stack.UserFrame;
    }
}
