// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using CloseWait.V1;
using Google.Protobuf;
using Tracer.Output;

namespace Tracer.Client.Scenes;

/// <summary>Reads a saved scene. The file may come from anywhere: what it may cost is bounded.</summary>
internal sealed class SceneReader(string path, SceneLimits limits)
{
    private const uint KnownFormat = 1;

    // What a newer version wrote is left out.
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private long _items;

    public static Scene Read(string path) => Read(path, new SceneLimits());

    public static Scene Read(string path, SceneLimits limits) => new SceneReader(path, limits).Read();

    private Scene Read()
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            return ReadItems(new SceneLines(gzip, limits));
        }
        catch (InvalidDataException)
        {
            throw Bad(_items == 0 ? "is no scene: not a gzip file" : $"is damaged after line {_items}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandException.Usage($"--from: '{path}' cannot be opened: {OneLine(e)}");
        }
        catch (IOException e)
        {
            throw Bad($"cannot be read: {OneLine(e)}");
        }
    }

    private Scene ReadItems(SceneLines lines)
    {
        var scene = new Scene();
        while (lines.TryRead() is { } line)
        {
            if (++_items > limits.Items)
                throw Bad($"holds more than {limits.Items} items");
            if (Parse(line, lines) is not { } item)
                break;
            if (_items == 1)
                CheckHeader(item.Header);
            scene.Add(item);
        }
        if (lines.Problem is { } problem)
            throw Bad($"{problem} (line {_items + 1})");
        if (scene.Header is null)
            throw Bad("is no scene: it is empty");
        scene.Complete();
        return scene;
    }

    // A scene that was cut short may end within a line: that line is left out, and the missing end told of.
    private SceneItem? Parse(string line, SceneLines lines)
    {
        try
        {
            return Parser.Parse<SceneItem>(line);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or FormatException or OverflowException)
        {
            if (_items == 1)
                throw Bad("is no scene: its first line is none of a scene");
            if (lines.IsLastIncomplete)
                return null;
            throw Bad($"is damaged: line {_items} is none of a scene");
        }
    }

    private void CheckHeader(SceneHeader? header)
    {
        if (header is null)
            throw Bad("is no scene: it does not begin with a header");
        if (header.Format != KnownFormat)
            throw Bad($"has format {header.Format}; this closewait reads format {KnownFormat}");
    }

    private CommandException Bad(string why) => new(ExitCode.Failure, $"--from: '{path}' {why}");

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
