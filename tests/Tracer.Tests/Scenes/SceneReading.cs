// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using CloseWait.V1;
using Google.Protobuf;

namespace Tracer.Tests.Scenes;

/// <summary>Reads a scene back, item by item.</summary>
internal static class SceneReading
{
    public static List<SceneItem> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file);
    }

    public static List<SceneItem> Read(Stream stream)
    {
        using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        List<SceneItem> items = [];
        while (reader.ReadLine() is { } line)
            items.Add(JsonParser.Default.Parse<SceneItem>(line));
        return items;
    }
}
