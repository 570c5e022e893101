// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Grpc.Contract.Tests.MemberReferences;

/// <summary>Reads which types and members an assembly offers to another one.</summary>
public static class DeclaredMembers
{
    /// <summary>Internal ones are offered to a friend only.</summary>
    public static SortedSet<string> In(string path, bool isFriend)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            if (IsOffered(metadata.GetTypeDefinition(handle).Attributes, isFriend))
                AddType(metadata, handle, isFriend, found);
        }

        return found;
    }

    private static void AddType(MetadataReader metadata, TypeDefinitionHandle handle, bool isFriend, SortedSet<string> found)
    {
        var text = new SignatureText();
        string typeName = SignatureText.NameOf(metadata, handle);
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        found.Add(typeName);
        foreach (MethodDefinitionHandle methodHandle in type.GetMethods())
        {
            MethodDefinition method = metadata.GetMethodDefinition(methodHandle);
            if (IsOffered(method.Attributes & MethodAttributes.MemberAccessMask, isFriend))
                found.Add(SignatureText.Method(typeName, metadata.GetString(method.Name), method.DecodeSignature(text, null)));
        }

        foreach (FieldDefinitionHandle fieldHandle in type.GetFields())
        {
            FieldDefinition field = metadata.GetFieldDefinition(fieldHandle);
            // Field access has the same values as method access.
            if (IsOffered((MethodAttributes)(field.Attributes & FieldAttributes.FieldAccessMask), isFriend))
                found.Add(SignatureText.Field(typeName, metadata.GetString(field.Name), field.DecodeSignature(text, null)));
        }
    }

    private static bool IsOffered(TypeAttributes type, bool isFriend) => (type & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public or TypeAttributes.NestedPublic => true,
        TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => true,
        TypeAttributes.NotPublic or TypeAttributes.NestedAssembly => isFriend,
        _ => false,
    };

    private static bool IsOffered(MethodAttributes access, bool isFriend) => access switch
    {
        MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem => true,
        MethodAttributes.Assembly => isFriend,
        _ => false,
    };
}
