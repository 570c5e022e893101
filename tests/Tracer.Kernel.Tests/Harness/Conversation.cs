// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
namespace Tracer.Kernel.Tests.Harness;

/// <summary>A server and a client with one connection between them.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private Conversation(Target server, Target client, TargetSocket listener)
    {
        Server = server;
        Client = client;
        Listener = listener;
    }

    public Target Server { get; }

    public Target Client { get; }

    public TargetSocket Listener { get; }

    /// <summary>The server's end; default until it accepts.</summary>
    public TargetSocket ServerSide { get; private set; }

    public TargetSocket ClientSide { get; private set; }

    public ulong Cookie => ServerSide.Cookie;

    /// <summary>Connected and accepted.</summary>
    public static async Task<Conversation> Start(string address = "127.0.0.1", NetworkNamespace? netns = null, string? connectTo = null)
    {
        Conversation conversation = await StartUnaccepted(address, netns, connectTo);
        await conversation.Accept();
        return conversation;
    }

    /// <summary>Connected; the server's end waits in the accept queue.</summary>
    public static async Task<Conversation> StartUnaccepted(string address = "127.0.0.1", NetworkNamespace? netns = null, string? connectTo = null)
    {
        Target server = Target.Start(netns);
        Target client = Target.Start(netns);
        try
        {
            TargetSocket listener = await server.Listen(address);
            return new Conversation(server, client, listener)
            {
                ClientSide = await client.Connect(listener.Port, connectTo ?? address),
            };
        }
        catch
        {
            await client.DisposeAsync();
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task Accept() => ServerSide = await Server.Accept(Listener);

    /// <summary>One request of the client, read by the server.</summary>
    public async Task Request(int bytes = 100)
    {
        await Client.Send(ClientSide, bytes);
        await Server.Receive(ServerSide);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
