// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Client.Scenes;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Reads a saved scene in the place of a daemon.</summary>
internal sealed class SceneOption
{
    private readonly Option<string> _from = new("--from") { HelpName = "SCENE", Description = "Read this saved scene (see run --capture-when) instead of asking a daemon; needs no root" };

    public SceneOption(Command command) => command.Add(_from);

    /// <summary>Null when the flag is not given. Says what the scene lacks.</summary>
    public Scene? Read(OptionReader reader, ConnectionOptions connection, CommandContext context)
    {
        if (reader.Text(_from) is not { } path)
            return null;
        if (connection.FindGiven(reader) is { } flag)
            throw CommandException.Usage($"--from and {flag} exclude each other");
        Scene scene = SceneReader.Read(path);
        if (scene.End is not { } end)
            context.Complain($"'{path}' was cut short: what is shown may not be all");
        else if (end.SocketsOmitted > 0)
            context.Complain($"{end.SocketsOmitted} sockets did not fit into '{path}' and are missing");
        return scene;
    }
}
